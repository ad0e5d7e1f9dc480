#!/usr/bin/env bash
# apache-airflow-providers-sftp 7.0.0 with paramiko 5.1.0: SFTPHook.retrieve_file leaves an empty local file
# when there is no such file on the server, and empties one that was there.
#
# The hook's get opens the local file for writing before it asks the server. The error is raised, but
# who looks for local files afterwards, as a second try or the next task does, finds a delivery of no
# rows, and yesterday's file of that name is gone. paramiko/paramiko issue 1164 (open) tells of the first
# half. The server below is asyncssh's, on loopback, with a key made for the occasion.
#
# Ends with 0 while the behaviour is as told here.
set -euo pipefail
python=${PYTHON:-python3}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$python" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    apache-airflow-core==3.3.2 apache-airflow-providers-sftp==7.0.0 paramiko==5.1.0 asyncssh==2.24.1
unset "${!AIRFLOW@}"
export AIRFLOW_HOME=$folder
cat > "$folder/look.py" <<'PY'
import asyncio
import os
import pathlib
import sys
from threading import Event, Thread

import asyncssh
from airflow.providers.sftp.hooks.sftp import SFTPHook

folder = pathlib.Path(sys.argv[1])
ready = Event()
ports = []
key = asyncssh.generate_private_key("ssh-ed25519")
client_key = asyncssh.generate_private_key("ssh-ed25519")
client_key.write_private_key(folder / "client")
(folder / "server").mkdir()
(folder / "known").write_text(client_key.export_public_key().decode())


def root(channel):
    return asyncssh.SFTPServer(channel, chroot=str(folder / "server"))


async def serve():
    server = await asyncssh.listen(
        "127.0.0.1", 0, server_host_keys=[key], sftp_factory=root,
        authorized_client_keys=str(folder / "known"),
    )
    ports.append(server.get_port())
    ready.set()
    await asyncio.Event().wait()


Thread(target=lambda: asyncio.run(serve()), daemon=True).start()
ready.wait(30)
host_key = " ".join(key.export_public_key().decode().split()[:2])
options = f"host_key={host_key.replace(' ', '%20').replace('+', '%2B').replace('/', '%2F')}"
os.environ["AIRFLOW_CONN_VENDOR"] = (
    f"sftp://vendor@127.0.0.1:{ports[0]}?{options}&key_file={folder / 'client'}"
)
hook = SFTPHook("vendor")
new, yesterday = folder / "new.csv", folder / "yesterday.csv"
yesterday.write_text("id,score\n1,20\n")
for local in (new, yesterday):
    try:
        hook.retrieve_file("/results.csv", str(local))
    except FileNotFoundError as error:
        print(f"{local.name}: {error}; {local.stat().st_size} bytes stay here")
    else:
        raise AssertionError("the behaviour changed")
assert new.stat().st_size == 0 and yesterday.stat().st_size == 0, "the behaviour changed"
PY
"$folder/venv/bin/python" "$folder/look.py" "$folder" 2> "$folder/said" || { cat "$folder/said"; exit 1; }
echo "As told: the file that is not there leaves an empty one, and empties one that was."
