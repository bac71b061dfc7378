#!/bin/sh
# What a container runs: JupyterLab; with a notebook as argument, that notebook; with a command, that command.
# Any user id may run it, with a root file system that cannot be written.
if ! [ -w "${HOME:-/}" ]; then
    HOME=$(mktemp -d) || { echo "casa-kernel: neither HOME nor TMPDIR can be written; give the container a volume for one." >&2; exit 1; }
    export HOME
fi
case "${1-}" in
    "")
        # A hub's spawner says by this variable where the server is to listen.
        [ -z "${JUPYTERHUB_SERVICE_URL-}" ] || exec jupyterhub-singleuser
        exec jupyter lab --ip="${JUPYTER_IP:-0.0.0.0}" --no-browser
        ;;
    *.ipynb)
        notebook=$1
        shift
        exec jupyter nbconvert --to notebook --inplace --execute --ExecutePreprocessor.kernel_name=casa-kernel "$notebook" "$@"
        ;;
    *)
        exec "$@"
        ;;
esac
