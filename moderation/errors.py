"""What can be wrong with the rules that somebody hands us, told with the place where it stands."""

from __future__ import annotations


class ModerationError(Exception):
    """Any fact about rules, terms or rosters that keeps them from being used."""

    code = "moderation"


class RuleFileError(ModerationError):
    """A rule file says something that cannot be meant; names the file and the line (from 1)."""

    code = "rule-file"

    def __init__(self, source: str, line: int, message: str) -> None:
        super().__init__(f"{source}, line {line}: {message}")
        self.source, self.line, self.message = source, line, message


class ExpressionError(ModerationError):
    """An expression cannot be read; `column` counts characters from 1."""

    code = "expression"

    def __init__(self, column: int, message: str) -> None:
        super().__init__(f"column {column}: {message}")
        self.column, self.message = column, message


class TermError(ModerationError):
    """A term has no word in it, or a mark that stands where it cannot."""

    code = "term"


class PatternRefused(ModerationError):
    """A pattern is unreadable, too large, or matches the empty text."""

    code = "pattern"


class ExampleFailed(RuleFileError):
    """A rule does not do what its own examples say."""

    code = "example"


class PolicyError(ModerationError):
    """The policy lacks a clause that a rule is bound to, or names one twice."""

    code = "policy"


class ModelError(ModerationError):
    """What has been learned cannot be read, or there is too little to learn from."""

    code = "model"


class LabelledError(ModerationError):
    """A labelled file has no column that can be understood as text or as label; names the line."""

    code = "labelled"


class RosterError(ModerationError):
    """A roster cannot be read; says which employee is at fault."""

    code = "roster"
