# ruff: noqa: E501 - a table is read by its columns
"""What mail programs write when a mail is forwarded, from knowledge of the programs.

Each language has the words of five programs; each program has its own order,
frame and quoting.
"""

from collections.abc import Iterator
from dataclasses import dataclass

NAME, ADDRESS = "Jens Østergård", "jens.o@afsender.example"
TO = (("Ane Ærø", "ane@kommune.example"), (None, "arkiv@kommune.example"))
CC = (("Ib Å. Bo", "ib@kommune.example"),)
SUBJECT = "Møde i byrådet: du ved, hvad der sker"
BODY = "Jeg ved, hvor du bor.\n\nPas på: det sker snart.\n\nHilsen\nJens"


@dataclass(frozen=True)
class Language:
    """Labels are from, date, to, cc, subject; `frame` is the words of the announcing line."""

    code: str
    prefix: str
    date: str
    outlook: str
    gmail: str
    apple: str
    thunderbird: str
    yahoo: str


GMAIL = "Forwarded message"
LANGUAGES = (
    Language("da", "VS", "3. februar 2021 09:00", "Fra Sendt Til Cc Emne",
             f"{GMAIL}|Fra Date To Cc Subject", "Start på videresendt besked|Fra Dato Til Cc Emne",
             "Videresendt besked|Fra Dato Til CC Emne", "Videresendt meddelelse|Fra Sendt Til Cc Emne"),
    Language("nb", "VS", "onsdag 3. februar 2021 09:00", "Fra Sendt Til Kopi Emne",
             f"{GMAIL}|Fra Date To Cc Subject", "Videresendt melding|Fra Dato Til Kopi Emne",
             "Videresendt melding|Fra Dato Til Kopi Emne", "Videresendt melding|Fra Sendt Til Kopi Emne"),
    Language("sv", "VB", "den 3 februari 2021 09:00", "Från Skickat Till Kopia Ämne",
             f"{GMAIL}|Från Date To Cc Subject", "Vidarebefordrat brev|Från Datum Till Kopia Ämne",
             "Vidarebefordrat meddelande|Från Datum Till Kopia Ämne",
             "Vidarebefordrat meddelande|Från Skickat Till Kopia Ämne"),
    Language("fi", "VL", "keskiviikko 3. helmikuuta 2021 9.00",
             "Lähettäjä Lähetetty Vastaanottaja Kopio Aihe", f"{GMAIL}|Lähettäjä Date To Cc Subject",
             "Välitetty viesti alkaa|Lähettäjä Päivämäärä Vastaanottaja Kopio Aihe",
             "Välitetty viesti|Lähettäjä Päiväys Vastaanottaja Kopio Aihe",
             "Välitetty viesti|Lähettäjä Lähetetty Vastaanottaja Kopio Aihe"),
    Language("is", "FS", "miðvikudagur, 3. febrúar 2021 09:00", "Frá Sent Til Afrit Efni",
             f"{GMAIL}|Frá Date To Cc Subject", "Upphaf áframsends bréfs|Frá Dagsetning Til Afrit Efni",
             "Áframsendur póstur|Frá Dagsetning Til Afrit Efni", "Áframsent|Frá Sent Til Afrit Efni"),
    Language("fo", "FW", "3. februar 2021 09:00", "Frá Sent Til Avrit Evni",
             f"{GMAIL}|Frá Date To Cc Subject", "Framsent boð|Frá Dagfesting Til Avrit Evni",
             "Framsent boð|Frá Dagfesting Til Avrit Evni", "Framsent boð|Frá Sent Til Avrit Evni"),
    Language("de", "WG", "Mittwoch, 3. Februar 2021 09:00", "Von Gesendet An Cc Betreff",
             f"{GMAIL}|Von Date To Cc Subject", "Anfang der weitergeleiteten Nachricht|Von Datum An Kopie Betreff",
             "Weitergeleitete Nachricht|Von Datum An Kopie Betreff",
             "Weitergeleitete Nachricht|Von Gesendet An CC Betreff"),
    Language("en", "FW", "Wednesday, February 3, 2021 9:00 AM", "From Sent To Cc Subject",
             f"{GMAIL}|From Date To Cc Subject", "Begin forwarded message|From Date To Cc Subject",
             "Forwarded Message|From Date To CC Subject", "Forwarded Message|From Sent To Cc Subject"),
    Language("nl", "FW", "woensdag 3 februari 2021 09:00", "Van Verzonden Aan CC Onderwerp",
             f"{GMAIL}|Van Date To Cc Subject", "Begin doorgestuurd bericht|Van Datum Aan Kopie Onderwerp",
             "Doorgestuurd bericht|Van Datum Aan CC Onderwerp",
             "Doorgestuurd bericht|Van Verzonden Aan Cc Onderwerp"),
    Language("fr", "TR", "mercredi 3 février 2021 09:00", "De_ Envoyé_ À_ Cc_ Objet_",
             f"{GMAIL}|De_ Date To Cc Subject", "Début du message transféré_|De_ Date_ À_ Cc_ Objet_",
             "Message transféré|De_ Date_ Pour_ Copie_à_ Sujet_",
             "Message transféré|De_ Envoyé_ À_ Cc_ Objet_"),
    Language("es", "RV", "miércoles, 3 de febrero de 2021 9:00", "De Enviado_el Para CC Asunto",
             f"{GMAIL}|De Date To Cc Subject", "Inicio del mensaje reenviado|De Fecha Para Cc Asunto",
             "Mensaje reenviado|De Fecha Para CC Asunto", "Mensaje reenviado|De Enviado Para Cc Asunto"),
    Language("ca", "RV", "dimecres, 3 de febrer de 2021 9:00", "De Enviat Per_a A/c Tema",
             f"{GMAIL}|De Date To Cc Subject", "Inici del missatge reenviat|De Data Per_a A/c Assumpte",
             "Missatge reenviat|De Data Per_a A/c Assumpte", "Missatge reenviat|De Enviat Per_a A/c Assumpte"),
    Language("pt", "ENC", "quarta-feira, 3 de fevereiro de 2021 09:00", "De Enviada_em Para Cc Assunto",
             f"{GMAIL}|De Date To Cc Subject", "Início da mensagem reencaminhada|De Data Para Cc Assunto",
             "Mensagem encaminhada|De Data Para CC Assunto", "Mensagem encaminhada|De Enviado Para Cc Assunto"),
    Language("it", "I", "mercoledì 3 febbraio 2021 09:00", "Da Inviato A Cc Oggetto",
             f"{GMAIL}|Da Date To Cc Subject", "Inizio messaggio inoltrato|Da Data A Cc Oggetto",
             "Messaggio inoltrato|Da Data A CC Oggetto", "Messaggio inoltrato|Da Inviato A Cc Oggetto"),
    Language("ro", "FW", "miercuri, 3 februarie 2021 09:00", "De_la Trimis Către Cc Subiect",
             f"{GMAIL}|De_la Date To Cc Subject", "Începutul mesajului redirecționat|De_la Dată Către Cc Subiect",
             "Mesaj redirecționat|De_la Data Către CC Subiect", "Mesaj redirecționat|De_la Trimis Către Cc Subiect"),
    Language("pl", "PD", "środa, 3 lutego 2021 09:00", "Od Wysłano Do DW Temat",
             f"{GMAIL}|Od Date To Cc Subject", "Początek przekazywanej wiadomości|Od Data Do DW Temat",
             "Treść przekazanej wiadomości|Od Data Do Kopia Temat", "Wiadomość przekazana dalej|Od Wysłano Do DW Temat"),
    Language("cs", "FW", "středa 3. února 2021 9:00", "Od Odesláno Komu Kopie Předmět",
             f"{GMAIL}|Od Date To Cc Subject", "Začátek přeposlané zprávy|Od Datum Komu Kopie Předmět",
             "Přeposlaná zpráva|Od Datum Komu Kopie Předmět", "Přeposlaná zpráva|Od Odesláno Komu Kopie Předmět"),
    Language("sk", "FW", "streda 3. februára 2021 9:00", "Od Odoslané Komu Kópia Predmet",
             f"{GMAIL}|Od Date To Cc Subject", "Začiatok preposlanej správy|Od Dátum Komu Kópia Predmet",
             "Preposlaná správa|Od Dátum Pre Kópia Predmet", "Preposlaná správa|Od Odoslané Komu Kópia Predmet"),
    Language("hu", "TI", "2021. február 3., szerda 9:00", "Feladó Elküldve Címzett Másolat Tárgy",
             f"{GMAIL}|Feladó Date To Cc Subject", "Továbbított levél kezdete|Feladó Dátum Címzett Másolat Tárgy",
             "Továbbított üzenet|Feladó Dátum Címzett Másolat Tárgy",
             "Továbbított üzenet|Feladó Elküldve Címzett Másolatot_kap Tárgy"),
    Language("hr", "FW", "srijeda, 3. veljače 2021. 9:00", "Šalje Poslano Prima Kopija Predmet",
             f"{GMAIL}|Od Date To Cc Subject", "Započni proslijeđenu poruku|Od Datum Za Kopija Predmet",
             "Proslijeđena poruka|Od Datum Za Kopija Predmet", "Proslijeđena poruka|Od Poslano Prima Cc Predmet"),
    Language("sl", "FW", "sreda, 3. februar 2021 9:00", "Od Poslano Za Kp Zadeva",
             f"{GMAIL}|Od Date To Cc Subject", "Začetek posredovanega sporočila|Od Datum Za Kp Zadeva",
             "Posredovano sporočilo|Od Datum Za Kp Zadeva", "Posredovano sporočilo|Od Poslano Za Kp Zadeva"),
    Language("et", "FW", "kolmapäev, 3. veebruar 2021 09:00", "Saatja Saatmisaeg Adressaat Koopia Teema",
             f"{GMAIL}|Saatja Date To Cc Subject", "Edastatud kirja algus|Saatja Kuupäev Saaja Koopia Teema",
             "Edastatud kiri|Saatja Kuupäev Saaja Koopia Teema", "Edastatud kiri|Saatja Saadetud Saaja Koopia Teema"),
    Language("lv", "FW", "trešdiena, 2021. gada 3. februāris 09:00", "No Nosūtīts Kam Kopija Tēma",
             f"{GMAIL}|No Date To Cc Subject", "Pārsūtītās vēstules sākums|No Datums Kam Kopija Temats",
             "Pārsūtītā vēstule|No Datums Kam Kopija Temats", "Pārsūtīta vēstule|No Nosūtīts Kam Kopija Temats"),
    Language("lt", "FW", "2021 m. vasario 3 d., trečiadienis 09:00", "Nuo Išsiųsta Iki Kopija Tema",
             f"{GMAIL}|Nuo Date To Cc Subject", "Persiųsto laiško pradžia|Nuo Data Kam Kopija Tema",
             "Persiųstas laiškas|Nuo Data Kam Kopija Tema", "Persiųstas laiškas|Nuo Išsiųsta Kam Kopija Tema"),
    Language("tr", "İLT", "3 Şubat 2021 Çarşamba 09:00", "Gönderen Gönderildi Kime Bilgi Konu",
             f"{GMAIL}|Gönderen Date To Cc Subject", "İletilen ileti başlangıcı|Kimden Tarih Kime Bilgi Konu",
             "İletilmiş ileti|Kimden Tarih Kime Bilgi Konu", "İletilmiş Mesaj|Kimden Gönderildi Kime Bilgi Konu"),
    Language("el", "ΠΡΘ", "Τετάρτη, 3 Φεβρουαρίου 2021 9:00 πμ", "Από Στάλθηκε Προς Κοιν. Θέμα",
             f"{GMAIL}|Από Date To Cc Subject", "Αρχή προωθημένου μηνύματος|Από Ημερομηνία Προς Κοιν. Θέμα",
             "Προωθημένο μήνυμα|Από Ημερομηνία Προς Κοιν. Θέμα", "Προωθημένο μήνυμα|Από Στάλθηκε Προς Κοιν. Θέμα"),
    Language("ru", "FW", "3 февраля 2021 г. 9:00", "От Отправлено Кому Копия Тема",
             f"{GMAIL}|От Date To Cc Subject", "Начало переадресованного сообщения|От Дата Кому Копия Тема",
             "Перенаправленное сообщение|От Дата Кому Копия Тема",
             "Пересылаемое сообщение|От Отправлено Кому Копия Тема"),
    Language("uk", "FW", "3 лютого 2021 р. 9:00", "Від Надіслано Кому Копія Тема",
             f"{GMAIL}|Від Date To Cc Subject", "Початок листа, що пересилається|Від Дата Кому Копія Тема",
             "Переслане повідомлення|Від Дата Кому Копія Тема",
             "Переслане повідомлення|Від Надіслано Кому Копія Тема"),
    Language("bg", "FW", "сряда, 3 февруари 2021 г. 9:00", "От Изпратено До Копие Относно",
             f"{GMAIL}|От Date To Cc Subject", "Начало на препратено съобщение|От Дата До Копие Относно",
             "Препратено съобщение|От Дата До Копие Относно", "Препратено съобщение|От Изпратено До Копие Относно"),
    Language("ja", "転送", "2021年2月3日 9:00", "差出人 送信日時 宛先 CC 件名",
             f"{GMAIL}|From Date To Cc Subject", "転送されたメッセージ|差出人 日付 宛先 Cc 件名",
             "転送されたメッセージ|差出人 日時 宛先 CC 件名", "転送メッセージ|From 日付 To Cc 件名"),
    Language("zh", "转发", "2021年2月3日 9:00", "发件人 发送时间 收件人 抄送 主题",
             f"{GMAIL}|发件人 Date To Cc Subject", "开始转发的邮件|发件人 日期 收件人 抄送 主题",
             "转发的消息|发件人 日期 收件人 抄送 主题", "转发的邮件|发件人 发送时间 收件人 抄送 主题"),
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One forward: what is read, with which subject, and the date as the program wrote it."""

    name: str
    body: str
    subject: str
    date: str


def labels(words: str) -> list[str]:
    """Split labels; "_" is the space within one, and the French space before the colon."""
    return [word.replace("_", " ") for word in words.split(" ")]


def mailboxes(people: tuple[tuple[str | None, str], ...], separator: str) -> str:
    return separator.join(f"{name} <{address}>" if name else address for name, address in people)


def lines(order: str, words: str, date: str, separator: str = ", ", end: str = "") -> list[str]:
    from_, sent, to, copy, subject = labels(words)
    written = {
        "from": f"{from_}: {NAME} <{ADDRESS}>{end}",
        "date": f"{sent}: {date}{end}",
        "to": f"{to}: {mailboxes(TO, separator)}{end}",
        "cc": f"{copy}: {mailboxes(CC, separator)}{end}",
        "subject": f"{subject}: {SUBJECT}{end}",
    }
    return [written[name] for name in order.split()]


def quoted(text: str) -> str:
    return "\n".join(f"> {line}" if line else ">" for line in text.split("\n"))


def cases_of(language: Language) -> Iterator[Case]:
    code, date = language.code, language.date
    forwarded = f"{language.prefix}: {SUBJECT}"

    header = "\n".join(lines("from date to cc subject", language.outlook, date, "; ", " "))
    yield Case(f"{code} outlook", f"{header}\n\n{BODY}\n", forwarded, date)
    yield Case(f"{code} outlook web", f"\n{'_' * 32}\n{header}\n\n{BODY}\n", forwarded, date)
    spaced = header.replace(" \n", "\n\n")
    yield Case(
        f"{code} outlook as paragraphs", f"Se nedenfor.\n\n{spaced}\n\n{BODY}\n", forwarded, date
    )
    bold = "\n".join(
        f"*{line.partition(':')[0]}:*{line.partition(':')[2]}" for line in header.split("\n")
    )
    yield Case(f"{code} outlook bold", f"{bold}\n\n{BODY}\n", forwarded, date)
    tangled = header.replace(f"<{ADDRESS}>", f"[mailto:{ADDRESS}]")
    yield Case(
        f"{code} old outlook", f"-----Original Message-----\n{tangled}\n\n{BODY}", forwarded, date
    )

    frame, words = language.gmail.split("|")
    header = "\n".join(lines("from date subject to cc", words, date))
    body = f"---------- {frame} ---------\n{header}\n\n\n{BODY}\n"
    yield Case(f"{code} gmail", body, f"Fwd: {SUBJECT}", date)
    yield Case(f"{code} gmail without subject given", body, "", date)

    frame, words = language.apple.replace("_|", " |").split("|")
    header = "\n".join(lines("from subject date to cc", words, date))
    body = f"{frame}:\n\n{quoted(f'{header}{chr(10)}{chr(10)}{BODY}')}\n\n"
    yield Case(f"{code} apple mail", body, f"Fwd: {SUBJECT}", date)
    plain = f"{frame}:\n\n{header}\n\n{BODY}\n"
    yield Case(f"{code} iphone", f"\n\nSendt fra min iPhone\n\n{plain}", f"Fwd: {SUBJECT}", date)

    frame, words = language.thunderbird.split("|")
    header = "\n".join(lines("subject date from to cc", words, date)).replace(": ", ": \t", 1)
    yield Case(f"{code} thunderbird", f"-------- {frame} --------\n{header}\n\n\n{BODY}\n",
               f"Fwd: {SUBJECT}", date)  # fmt: skip

    frame, words = language.yahoo.split("|")
    header = "\n".join(lines("from to cc date subject", words, date))
    yield Case(
        f"{code} yahoo", f"\n   ----- {frame} ----- {header}\n{BODY}\n", f"Fw: {SUBJECT}", date
    )
