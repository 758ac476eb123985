"""What the server page installs, started for real: the units' own commands, behind a real Caddy that encrypts.

The code is read-only where this machine can make it so, as ProtectSystem=strict will; what a process may write is what
its unit says. Every name and address that the processes call outside is written down.
"""

from __future__ import annotations

import http.client
import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus

from pages.ui.serveur import REFUS
from tests.browser.serveur import free_port
from tests.chaos.appli import export
from tests.deploiement import DEPLOIEMENT, DOCS, UNITES, Machine, Unite, blocks
from tests.fournisseur import COOKIE, cookie_claims, signed
from tests.processus import launched
from tests.robot import Robot

TEMOIN = Path(__file__).parent / "temoin"
CADDY = shutil.which("caddy") or shutil.which("caddy", path="/usr/sbin:/usr/local/bin")
# the code in read-only, the two folders of the unit as they are, all in a mount namespace of the process
_ENCLOS = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"'


def enclosed(code: Path, command: list[str]) -> list[str]:
    """The command, where it cannot write in the code; as it is where this machine has no namespaces."""
    if shutil.which("unshare"):
        tried = ["unshare", "-rm", "sh", "-c", _ENCLOS, str(code), "true"]
        if subprocess.run(tried, capture_output=True).returncode == 0:
            return [*tried[:-1], *command]
    return command


@dataclass
class Posee:
    """The server, as it stands: its folder, and the ports that its processes were given."""

    machine: Machine
    temoin: Path

    def unit(self, name: str) -> Unite:
        path = self.machine.path("/etc/systemd/system/") / name
        return Unite.read(self._mapped(path))

    def _mapped(self, path: Path) -> Path:
        copy = self.machine.racine / "mappees" / path.name
        copy.parent.mkdir(exist_ok=True)
        copy.write_text(self.machine.mapped(path.read_text(encoding="utf-8")), encoding="utf-8")
        return copy

    def env(self, unit: Unite) -> dict[str, str]:
        """What the unit gives, and what this test needs; nothing else of RQDS_ is inherited."""
        given = {k: self.machine.mapped(v) for k, v in unit.environment().items()}
        scratch = self.machine.racine / "tmp"
        scratch.mkdir(exist_ok=True)
        return {
            **given, "HOME": str(self.machine.path("/var/lib/rqds")), "TMPDIR": str(scratch), "TEMOIN": str(self.temoin),
            "PYTHONPATH": str(TEMOIN), "PYTHON_REEL": self.machine.env["PYTHON_REEL"], "RQDS_TRACE": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
        }  # fmt: skip

    def start(self, name: str, port: int, **more: str):
        unit = self.unit(name)
        words = unit.words()
        words[words.index("--server.port") + 1] = str(port)
        return launched(
            self.machine.racine,
            enclosed(self.machine.path("/opt/rqds"), words),
            port=port,
            cwd=Path(unit.one("WorkingDirectory")),
            env=self.env(unit) | more,
        )

    def once(self, name: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run the command of a oneshot unit to its end."""
        unit = self.unit(name)
        return subprocess.run(
            enclosed(self.machine.path("/opt/rqds"), unit.words()),
            cwd=unit.one("WorkingDirectory"), env={**os.environ, **self.env(unit), **more}, capture_output=True, encoding="utf-8",
        )  # fmt: skip

    def called(self) -> list[str]:
        """What was asked outside this machine."""
        lines = self.temoin.read_text(encoding="utf-8").splitlines() if self.temoin.exists() else []
        here = re.compile(r"127\.0\.0\.1|localhost|'::1'|'0\.0\.0\.0'|None|/dev/log|/tmp|/var|8\.8\.8\.8', 1\)")
        return [x for x in lines if not here.search(x)]


@pytest.fixture(scope="module")
def posee(tmp_path_factory, demo_base):
    """Installed by the page, with the demonstration in the place of real data."""
    machine = Machine(tmp_path_factory.mktemp("serveur-reel"))
    machine.prepare()
    for block in blocks(DOCS / "serveur.md"):
        if "apt-get" not in block:
            machine.type(block)
        if "enable --now rqds-app" in block:
            break
    shutil.copy(demo_base, machine.path("/var/lib/rqds/rqds.duckdb"))
    # the settings of watching: nothing is waited for
    settings = machine.path("/opt/rqds/data/exploitation.yaml")
    settings.write_text(re.sub(r"stable_secondes: \d+", "stable_secondes: 0", settings.read_text()), encoding="utf-8")
    return Posee(machine, machine.racine / "temoin.txt")


def test_the_jobs_of_the_timers_run_as_their_units_say(posee):
    """In their order on a real day: publish and write the site, back up, look at health, the digest."""
    site = posee.once("rqds-site.service")
    assert site.returncode == 0, site.stderr
    html = posee.machine.path("/var/lib/rqds-site/html")
    assert "plan.exemple.org" in (html / "index.html").read_text(encoding="utf-8") and (html / "404.html").exists()
    saved = posee.once("rqds-sauvegarde.service")
    assert saved.returncode == 0 and "Sauvegarde faite et relue" in saved.stdout, saved.stderr
    assert re.search(r"Z sauvegarde octets=\d+ fichiers=\d+", saved.stderr)
    health = posee.once("rqds-sante.service")
    assert health.returncode in (0, 1) and re.search(r"^bon +sauvegarde", health.stdout, re.M), health.stdout
    digest = posee.once("rqds-avis.service")
    assert digest.returncode in (0, 1) and "Traceback" not in digest.stderr, digest.stderr


def test_files_dropped_are_taken_by_the_timer(posee):
    """One that is read, one that is not; the log names neither."""
    depot = posee.machine.path("/var/lib/rqds-depot")
    (depot / "écoutes de Marguerite Tremblay.csv").write_bytes(export(3))
    (depot / "notes de Marguerite Tremblay.csv").write_text("Nom,Courriel\nMarguerite,m.tremblay@exemple.org\n")
    real = posee.machine.path("/var/lib/rqds/reelle/rqds.duckdb")  # the demonstration takes no real file
    done = posee.once("rqds-surveiller.service", RQDS_BASE=str(real))
    assert done.returncode == 1 and not list(depot.glob("*.csv")), done.stdout + done.stderr
    assert sorted(p.parent.name for p in depot.glob("*/*.csv")) == ["traités", "à corriger"]
    assert re.search(r"Z import qui=surveillance lot=1 source=spotify lignes=28", done.stderr)
    assert re.search(r"Z surveillance qui=surveillance fichiers=2 corriger=1", done.stderr)
    assert "Marguerite" not in done.stderr and "exemple.org" not in done.stderr
    # what names them goes nowhere on the server
    assert posee.unit("rqds-surveiller.service").one("StandardOutput") == "null"


def test_the_site_of_the_units_names_the_rights_that_they_need(posee):
    """Files written under UMask=0027 in a folder whose group is set belong to that group, and it reads them."""
    if not hasattr(os, "getuid") or os.getuid() != 0:
        pytest.skip("il faut être root pour donner un groupe à un dossier")
    folder = posee.machine.path("/var/lib/rqds-site")
    os.chown(folder, 0, 33)
    folder.chmod(0o2750)
    shutil.rmtree(folder / "html", ignore_errors=True)
    old = os.umask(0o027)
    try:
        assert posee.once("rqds-site.service").returncode == 0
    finally:
        os.umask(old)
    for path in [folder / "html", *(folder / "html").rglob("*")]:
        stat = path.stat()
        assert stat.st_gid == 33 and stat.st_mode & 0o050 == (0o050 if path.is_dir() else 0o040), path
        assert not stat.st_mode & 0o007


# --- behind Caddy


@dataclass
class Relais:
    """A Caddy that encrypts for the three names, on one port of this machine."""

    port: int
    ssl_context: ssl.SSLContext

    def ask(self, name: str, path: str, method: str = "GET", **headers: str) -> http.client.HTTPResponse:
        raw = socket.create_connection(("127.0.0.1", self.port), timeout=60)
        connection = http.client.HTTPConnection(name, timeout=60)
        connection.sock = self.ssl_context.wrap_socket(raw, server_hostname=name)
        connection.request(method, path, headers={"Host": f"{name}:{self.port}", **headers})
        answer = connection.getresponse()
        answer.texte = answer.read().decode("utf-8", "replace")  # type: ignore[attr-defined]
        return answer

    def robot(self, name: str) -> Robot:
        return Robot(f"https://127.0.0.1:{self.port}", f"{name}:{self.port}", self.ssl_context)


NOMS = {
    "tableau.exemple.org": "tableau.localhost",
    "public.exemple.org": "public.localhost",
    "plan.exemple.org": "plan.localhost",
}


@pytest.fixture(scope="module")
def relais(posee, tmp_path_factory):
    """deploiement/Caddyfile, with names of this machine, certificates of its own, and the ports of the test."""
    if CADDY is None:
        pytest.skip("Caddy n'est pas installé ici (apt-get install caddy)")
    folder = tmp_path_factory.mktemp("caddy")
    port, app, public = free_port(), free_port(), free_port()
    text = posee.machine.mapped((DEPLOIEMENT / "Caddyfile").read_text(encoding="utf-8"))
    for theirs, ours in NOMS.items():
        assert text.count(f"{theirs} {{") == 1
        text = text.replace(f"{theirs} {{", f"https://{ours}:{port} {{\n\ttls internal")
    text = text.replace(":8501", f":{app}").replace(":8502", f":{public}")
    options = ["admin off", "skip_install_trust", "auto_https disable_redirects", "default_bind 127.0.0.1",
               f"http_port {free_port()}", f"storage file_system {folder}/caddy"]  # fmt: skip
    head = "{\n\t" + "\n\t".join(options) + "\n}\n"
    (folder / "Caddyfile").write_text(head + text, encoding="utf-8")
    log = (folder / "caddy.log").open("wb")
    process = subprocess.Popen(
        [CADDY, "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")],
        stdout=log, stderr=log, env={**os.environ, "HOME": str(folder)},
    )  # fmt: skip
    root = folder / "caddy" / "pki" / "authorities" / "local" / "root.crt"
    try:
        for _ in range(600):
            assert process.poll() is None, (folder / "caddy.log").read_text()[-3000:]
            try:
                context = ssl.create_default_context(cafile=str(root))
                found = Relais(port, context)
                found.ask("plan.localhost", "/")
                break
            except (OSError, ssl.SSLError):
                time.sleep(0.1)
        yield found, app, public, folder
    finally:
        process.terminate()
        process.wait(20)
        log.close()


def test_the_static_site_as_plain_files(posee, relais):
    caddy = relais[0]
    posee.once("rqds-site.service")
    home = caddy.ask("plan.localhost", "/", **{"Accept-Encoding": "gzip"})
    assert home.status == 200 and home.headers["content-encoding"] == "gzip"
    assert home.headers["content-security-policy"] == "frame-ancestors 'self'"
    assert "max-age=31536000" in home.headers["strict-transport-security"]
    gone = caddy.ask("plan.localhost", "/rien-ici.html")
    assert gone.status == 404 and "Page introuvable" in gone.texte
    assert caddy.ask("plan.localhost", "/.rqds-site.json").status == 404
    card = next(p.name for p in sorted(posee.machine.path("/var/lib/rqds-site/html/carte").glob("*.html")))
    framed = caddy.ask("plan.localhost", f"/carte/{card}")
    assert framed.status == 200 and framed.headers["content-security-policy"] is None


def test_the_public_process_behind_caddy(posee, relais):
    caddy, _, public, _ = relais
    with posee.start("rqds-public.service", public) as server:
        page = caddy.ask("public.localhost", "/", Accept="text/html")
        assert page.status == 200 and 'lang="fr-CA"' in page.texte
        robot = caddy.robot("public.localhost").open()
        assert "plan stratégique" in robot.texte.lower() and "EXCEPTION" not in robot.texte
        robot.close()
        # a page of another site is refused at once, and nothing is asked of anyone to know it
        with pytest.raises(InvalidStatus):
            caddy.robot("public.localhost").open(origin="https://ailleurs.exemple")
        assert "Traceback" not in server.said()
    assert posee.called() == []


def test_the_app_behind_caddy_without_a_sign_in_answers_nobody(posee, relais):
    caddy, app, _, _ = relais
    with posee.start("rqds-app.service", app):
        for path in ("/", "/_stcore/health", "/televerser"):
            answer = caddy.ask("tableau.localhost", path)
            assert (answer.status, answer.texte) == (403, REFUS)
        with pytest.raises(InvalidStatus):
            caddy.robot("tableau.localhost").open()
    assert posee.called() == []


def test_the_app_behind_caddy_with_a_sign_in(posee, relais):
    """Signed in, through TLS and the relay: the page, the socket, the menu; nobody else."""
    caddy, app, _, folder = relais
    origin = f"https://tableau.localhost:{caddy.port}"
    (folder / "secrets.toml").write_text(
        f'[auth]\nredirect_uri = "{origin}/oauth2callback"\ncookie_secret = "{COOKIE}"\nclient_id = "rqds-essai"\n'
        'client_secret = "x"\nserver_metadata_url = "http://127.0.0.1:9/.well-known/openid-configuration"\n',
        encoding="utf-8",
    )
    (folder / "acces.yaml").write_text(
        "personnes:\n  - courriel: direction@exemple.org\n    nom: Direction\n    role: direction\n", encoding="utf-8"
    )
    settings = {"STREAMLIT_SECRETS_FILES": str(folder / "secrets.toml"), "RQDS_ACCES": str(folder / "acces.yaml")}
    cookie = f"_streamlit_user={signed(cookie_claims(origin, 'direction@exemple.org'))}"
    with posee.start("rqds-app.service", app, **settings) as server:
        stranger = caddy.ask("tableau.localhost", "/", Accept="text/html")
        assert stranger.status in (200, 401, 403) and "Vue d’ensemble" not in stranger.texte
        with pytest.raises(InvalidStatus):
            caddy.robot("tableau.localhost").open()
        robot = caddy.robot("tableau.localhost").open(cookie=cookie)
        assert "Où en est le plan" in robot.texte and "EXCEPTION" not in robot.texte, robot.texte[:1000]
        robot.goto("televerser")
        assert "Téléverser des exports" in robot.texte
        robot.close()
        said = server.said()
    assert " demarrage programme=application" in said and "Traceback" not in said
    assert "direction@exemple.org" not in said and "127.0.0.1 -" not in said
    assert posee.called() == []


def test_every_unit_was_started_here():
    """A unit that is added is started by a test too."""
    mine = Path(__file__).read_text(encoding="utf-8")
    assert all(f'"{u.name}"' in mine for u in UNITES if u.suffix == ".service")
