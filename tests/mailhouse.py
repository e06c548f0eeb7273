"""Real mail servers for tests: postfix and dovecot as plain processes on free ports of this machine, gone afterwards.

    with mail_house() as house:            # needs root: the servers change their user when they start
        house.smtp, house.imap, house.lmtp     # ports
        house.mails("kunde")                   # what arrived in the mailbox kunde@example.com, oldest first
        house.dovecot.kill(); house.dovecot.start(); house.kick("help"); house.renumber("help")

Mail to `@example.com` is delivered, any user with the password `secret`; mail to `@unroutable.invalid` comes back at
once as a genuine bounce; `@lmtp.example` goes to the LMTP port given as `hub`.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from tests import needs
from tests.bound import bound
from tests.stores import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

START = 15.0
SECRET = "secret"
MASTER = (Path("/etc/postfix/master.cf"), Path("/usr/share/postfix/master.cf.dist"))
"""The packaged list of postfix's services."""
LIBEXEC = "/usr/lib/postfix/sbin"
SIZE = 5 * 1024 * 1024
DOVECOT = """
base_dir = {t}/run
state_dir = {t}/state
instance_name = {name}
log_path = {t}/dovecot.log
protocols = imap lmtp
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login
mail_location = maildir:{t}/mail/%u
mail_uid = dovecot
mail_gid = dovecot
first_valid_uid = 1
first_valid_gid = 1
mail_privileged_group =
imap_idle_notify_interval = 2 mins
recipient_delimiter = +
lmtp_save_to_detail_mailbox = no
auth_failure_delay = 0
passdb {{
  driver = static
  args = password=secret
}}
userdb {{
  driver = static
  args = uid=dovecot gid=dovecot home={t}/mail/%u allow_all_users=yes
}}
auth_username_format = %Ln
service imap-login {{
  inet_listener imap {{
    address = 127.0.0.1
    port = {imap}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
}}
namespace inbox {{
  inbox = yes
}}
"""
POSTFIX = """
compatibility_level = 3.6
queue_directory = {t}/queue
data_directory = {t}/data
command_directory = /usr/sbin
daemon_directory = {libexec}
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.test.invalid
mydomain = test.invalid
mydestination =
mynetworks = 127.0.0.0/8
local_transport = error:no local
virtual_mailbox_domains = example.com
virtual_mailbox_maps = static:ok
virtual_transport = lmtp:inet:127.0.0.1:{lmtp}
default_transport = smtp:[127.0.0.1]:9
recipient_delimiter = +
message_size_limit = {size}
smtputf8_enable = yes
maillog_file = {t}/maillog
maillog_file_prefixes = {t}
alias_maps =
alias_database =
maximal_queue_lifetime = 0
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_reject_unlisted_recipient = no
transport_maps = inline:{{ unroutable.invalid=smtp:[127.0.0.1]:9, lmtp.example=lmtp:inet:127.0.0.1:{hub} }}
"""


class Daemon:
    """One server in the foreground, and all its children. Starting it again goes on with the same files."""

    def __init__(self, name: str, command: Sequence[str], ports: Sequence[int], log: Path) -> None:
        self._name = name
        self._command = command
        self._ports = ports
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Return when it answers on all its ports."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(bound(self._command), stdout=log, stderr=log, start_new_session=True)
        end = time.monotonic() + START
        while not all(map(_answers, self._ports)):
            if time.monotonic() > end or self._process.poll() is not None:
                self.kill()
                raise RuntimeError(f"{self._name} did not start: {self._log.read_text()[-2000:]}")
            time.sleep(0.02)

    def kill(self) -> None:
        """SIGKILL to the server and its children."""
        if self._process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process = None


class MailHouse:
    """Both servers, and what is in their mailboxes."""

    def __init__(self, folder: Path, hub: int) -> None:
        self.folder = folder
        self.smtp, self.imap, self.lmtp = free_port(), free_port(), free_port()
        dove, post = folder / "dove", folder / "pf"
        self.mail = dove / "mail"
        self._conf = _dovecot(dove, self.imap, self.lmtp)
        _postfix(post, self.smtp, self.lmtp, hub)
        self.dovecot = Daemon(
            "dovecot", ["/usr/sbin/dovecot", "-F", "-c", str(self._conf)], (self.imap, self.lmtp), dove / "out"
        )
        subprocess.run(["/usr/sbin/postfix", "-c", str(post), "check"], check=True, capture_output=True)
        # `postfix start-fg` would put its master into a session of its own, out of our reach.
        self.postfix = Daemon("postfix", [f"{LIBEXEC}/master", "-c", str(post), "-d"], (self.smtp,), post / "out")

    def mails(self, user: str) -> list[bytes]:
        """Return what lies in a mailbox, in the order it came."""
        files = [file for place in ("new", "cur") for file in (self.mail / user / place).glob("*")]
        return [file.read_bytes() for file in sorted(files, key=lambda file: (file.stat().st_mtime_ns, file.name))]

    def kick(self, user: str) -> None:
        """Throw a user's sessions out; each hears a BYE."""
        self.doveadm("kick", user)

    def doveadm(self, *words: str) -> None:
        """Run dovecot's own tool on this server."""
        subprocess.run(["/usr/bin/doveadm", "-c", str(self._conf), *words], check=True, capture_output=True)

    def renumber(self, user: str) -> None:
        """Let the mailbox forget its numbers: it comes back with another UIDVALIDITY."""
        for file in (self.mail / user).glob("dovecot*"):
            file.unlink()


@contextmanager
def mail_house(hub: int = 9) -> Iterator[MailHouse]:
    """Start both servers; `hub` is a port that takes mail to `@lmtp.example` by LMTP."""
    for need in ("postfix", "dovecot-imapd", "dovecot-lmtpd", "root"):
        needs.require(need)
    folder = Path(tempfile.mkdtemp(prefix="mail-"))
    folder.chmod(0o755)  # both servers want to pass through it as users of their own
    house = MailHouse(folder, hub)
    try:
        house.dovecot.start()
        house.postfix.start()
        yield house
    finally:
        house.postfix.kill()
        house.dovecot.kill()
        shutil.rmtree(folder, ignore_errors=True)


def _dovecot(folder: Path, imap: int, lmtp: int) -> Path:
    for place in ("run", "state", "mail"):
        (folder / place).mkdir(parents=True)
    shutil.chown(folder / "mail", "dovecot", "dovecot")
    conf = folder / "dovecot.conf"
    conf.write_text(DOVECOT.format(t=folder, imap=imap, lmtp=lmtp, name=f"t{imap}"), encoding="utf-8")
    return conf


def _postfix(folder: Path, smtp: int, lmtp: int, hub: int) -> None:
    for place in ("queue", "data"):
        (folder / place).mkdir(parents=True)
    os.chown(folder / "data", pwd.getpwnam("postfix").pw_uid, -1)
    conf = POSTFIX.format(t=folder, lmtp=lmtp, hub=hub, size=SIZE, libexec=LIBEXEC)
    (folder / "main.cf").write_text(conf, encoding="utf-8")
    source = next(file for file in MASTER if file.exists())
    lines = [_service(line, smtp) for line in source.read_text(encoding="utf-8").splitlines()]
    (folder / "master.cf").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _service(line: str, smtp: int) -> str:
    """Return a line of master.cf without a chroot, the smtp door on our port."""
    fields = line.split()
    if line.startswith(("#", " ", "\t")) or len(fields) < 8:
        return line
    fields[4] = "n"
    if fields[:2] == ["smtp", "inet"]:
        fields[0] = f"127.0.0.1:{smtp}"
    return " ".join(fields)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False
