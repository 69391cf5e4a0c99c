#!/bin/sh
# Makes .venv-celery56 with Celery 5.6 and Flower for the interop tests. Celery 5.2 is Debian's package "celery".
set -eu
cd "$(dirname "$0")/../../.."
"${PYTHON:-python3}" -m venv .venv-celery56
.venv-celery56/bin/pip install --quiet --disable-pip-version-check "celery[redis]==5.6.*" cryptography msgpack pyyaml flower
.venv-celery56/bin/python -c "import celery; print('Celery', celery.__version__)"
