"""The walls around a confined child: what the kernel offers, and putting it up.

Each wall stands alone, so that a kernel or container that lacks one still has
the others. Limits of open files and processes are set to what the child
already has, so that even without Landlock and seccomp it can open no file, no
socket and no process. What could not be put up is told by `Layers`.
"""

import contextlib
import ctypes
import os
import resource
import signal
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Final, Self

import landlock

from archive.confinement.limits import Limits

_LIBC: Final = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG: Final = 1
_PR_SET_NO_NEW_PRIVS: Final = 38
_NOBODY: Final = 65534
# The starter has a handful open, and the lowest free number is always taken. Asking for the
# limit instead could mean a thousand million closes on a kernel without close_range.
MAX_DESCRIPTORS: Final = 4096

# Unused by Debian and by systemd's dynamic users; each child at work has its own,
# so that one cannot signal another.
FIRST_UID: Final = 60600

# What an interpreter needs that only computes, reads one pipe and writes another.
_CALLS: Final = (
    "brk", "clock_getres", "clock_gettime", "clock_nanosleep", "close", "exit", "exit_group",
    "fstat", "futex", "futex_waitv", "getcpu", "getpid", "getppid", "getrandom", "getrusage",
    "gettid", "gettimeofday", "getuid", "geteuid", "getgid", "getegid", "lseek", "madvise",
    "membarrier", "mmap", "mprotect", "mremap", "munmap", "nanosleep", "newfstatat", "poll",
    "ppoll", "read", "readv", "restart_syscall", "rseq", "rt_sigaction", "rt_sigprocmask",
    "rt_sigreturn", "sched_getaffinity", "sched_yield", "sigaltstack", "sysinfo", "time", "times",
    "uname", "write", "writev",
)  # fmt: skip


# What a thread needs, and no process: see _threads_only.
_THREAD_CALLS: Final = ("set_robust_list", "sched_getscheduler", "sched_getparam")
_CLONE_THREAD: Final = 0x0001_0000
_NO_SUCH_CALL: Final = 38


@dataclass(frozen=True, slots=True)
class Layers:
    """Which walls stand around a confined child on this machine."""

    own_user: bool
    no_new_privileges: bool
    resource_limits: bool
    landlock: bool
    seccomp: bool

    def missing(self) -> tuple[str, ...]:
        """Return the names of the walls that could not be put up."""
        return tuple(name for name, stands in asdict(self).items() if not stands)

    def as_facts(self) -> dict[str, Any]:
        """Return the plain values that travel from the starter."""
        return asdict(self)

    @classmethod
    def from_facts(cls, facts: dict[str, Any]) -> Self:
        """Return the layers that `as_facts` described."""
        return cls(**facts)


def prepare(*, threads: bool = False) -> Callable[[], None] | None:
    """Return the act that loads the list of allowed system calls, or None without libseccomp.

    Built once in the starter, as is what the Landlock library builds at its
    first use. A call outside the list fails with EPERM, so that a parser gets
    an ordinary error rather than a silent death.
    """
    with contextlib.suppress(OSError, ValueError, landlock.LandlockError):
        os.close(landlock.Ruleset()._fd)  # noqa: SLF001 - the library never closes it
    try:
        import pyseccomp

        rules = pyseccomp.SyscallFilter(pyseccomp.ERRNO(1))
        for name in _CALLS:
            try:
                rules.add_rule(pyseccomp.ALLOW, name)
            except (OSError, ValueError):
                continue  # this architecture has no such call
        if threads:
            _allow_threads(pyseccomp, rules)
    except (ImportError, RuntimeError, OSError):
        return None
    load: Callable[[], None] = rules.load
    return load


def _allow_threads(pyseccomp: Any, rules: Any) -> None:
    """Allow threads of this process, and still no process of its own.

    The flags of `clone` can be looked at; those of `clone3` lie in memory, so it is told not to
    exist, upon which the C library takes the other.
    """
    for name in _THREAD_CALLS:
        rules.add_rule(pyseccomp.ALLOW, name)
    is_thread = pyseccomp.Arg(0, pyseccomp.MASKED_EQ, _CLONE_THREAD, _CLONE_THREAD)
    rules.add_rule(pyseccomp.ALLOW, "clone", is_thread)
    rules.add_rule(pyseccomp.ERRNO(_NO_SUCH_CALL), "clone3")


def put_up(limits: Limits, slot: int, load_seccomp: Callable[[], None] | None) -> Layers:
    """Give up everything that a reader does not need; return what could be given up.

    Called in the child, once its descriptors 0, 1 and 2 are in place and
    nothing else is open.
    """
    mapped = _mapped_bytes()
    _die_first()
    if limits.gives_way:
        os.nice(10)
    own_user = _become_nobody(slot)
    # After the change of user, which clears it.
    _LIBC.prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    no_new_privileges = _LIBC.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
    landlock = _forbid_files()
    os.closerange(3, MAX_DESCRIPTORS)  # the rule set's own descriptor
    # The number of threads counts for the whole user: it limits only one that nobody shares.
    _limit(limits, mapped, shared_user=not own_user and load_seccomp is not None)
    seccomp = False
    if load_seccomp is not None:
        try:
            load_seccomp()
            seccomp = True
        except OSError:
            seccomp = False
    return Layers(
        own_user, no_new_privileges, resource_limits=True, landlock=landlock, seccomp=seccomp
    )


def _become_nobody(slot: int) -> bool:
    if os.geteuid() != 0:
        return False
    for uid in (FIRST_UID + slot, _NOBODY):
        try:
            os.setgroups([])
            os.setresgid(uid, uid, uid)
            os.setresuid(uid, uid, uid)
        except OSError:
            continue  # a user namespace that does not map this user
        return True
    return False


def _forbid_files() -> bool:
    """Put the process under a Landlock rule set that allows no path at all."""
    ctypes.set_errno(0)  # the library reads a stale errno as a failure
    try:
        landlock.Ruleset().apply()
    except (OSError, ValueError, landlock.LandlockError):
        return False
    return True


def _limit(limits: Limits, mapped: int, *, shared_user: bool = False) -> None:
    several = limits.threads > 1
    processes = limits.threads if several else 0
    for what, soft, hard in (
        (resource.RLIMIT_AS, mapped + limits.memory, mapped + limits.memory),
        (resource.RLIMIT_CPU, limits.cpu_seconds, limits.cpu_seconds + 1),
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_CORE, 0, 0),
        *([] if several and shared_user else [(resource.RLIMIT_NPROC, processes, processes)]),
        (resource.RLIMIT_MEMLOCK, 0, 0),
        (resource.RLIMIT_NOFILE, 3, 3),
    ):
        _, ceiling = resource.getrlimit(what)
        if ceiling != resource.RLIM_INFINITY:
            resource.setrlimit(what, (min(soft, ceiling), min(hard, ceiling)))
        else:
            resource.setrlimit(what, (soft, hard))


def _mapped_bytes() -> int:
    """Return how much address space this process maps already."""
    with open("/proc/self/statm", "rb", buffering=0) as status:  # noqa: PTH123 - one read, no pathlib
        return int(status.read(64).split()[0]) * resource.getpagesize()


def _die_first() -> None:
    """Ask the kernel to take this process first when the whole machine runs out of memory."""
    try:
        score = os.open("/proc/self/oom_score_adj", os.O_WRONLY)
        os.write(score, b"1000")
        os.close(score)
    except OSError:
        return  # a wish, not a wall
