#!/bin/sh
# Makes the environment DIR with CASA and JupyterLab, for the images.
#   install-casa.sh DIR WHEELHOUSE [CASA_VERSION]
# WHEELHOUSE has an install.sh, or wheels, or is empty: then everything comes from PyPI.
set -eu
dir=$1 wheelhouse=$2 version=${3:-}
packages="casatools${version:+==$version} casatasks${version:+==$version} casashell${version:+==$version}
  casaplotms casaviewer casalogger six protobuf<3.21 numpy<2.4
  jupyterlab jupyterhub nbclient nbconvert ipywidgets"

if [ -e "$wheelhouse/install.sh" ]; then
    # Jupyter starts from the wheelhouse's own choice of versions.
    bash "$wheelhouse/install.sh" "$dir" /usr/bin/python3
else
    python3 -m venv "$dir"
    wheels=$(find "$wheelhouse" -maxdepth 1 -name '*.whl' | head -n 1)
    # shellcheck disable=SC2086 # the list is one of words
    "$dir/bin/pip" install --no-cache-dir --quiet ${wheels:+--no-index --find-links "$wheelhouse"} $packages
fi

# Nobody can write in the image later, so what is made at first use is made now: the unpacked programs, and the
# bytecode. The programs listen in a private folder only, as when a kernel unpacks them itself. A script takes the
# place of an AppImage; the folder must be called squashfs-root (casaplotms looks).
for app in "$dir"/lib/python3*/site-packages/casa*/__bin__/*.AppImage; do
    [ "$(head -c 4 "$app" | tail -c 3)" = ELF ] || continue
    (cd "${app%/*}" && rm -rf squashfs-root && "$app" --appimage-extract >/dev/null && chmod -R a+rX squashfs-root)
    PYTHONPATH=/opt/casa-kernel/PythonSupport "$dir/bin/python" -c 'import sys
from casawrapper.casa.core.errors import OpenToEverybody
from casawrapper.casa.programs.private_socket import close_off
try:
    close_off(sys.argv[1])
except OpenToEverybody:  # the log window listens nowhere; a kernel does not start plotms or the viewer like this
    print("Found no address to close in", sys.argv[1])' "${app%/*}/squashfs-root"
    # shellcheck disable=SC2016 # expanded when it runs
    printf '#!/bin/sh\nexec "$(dirname "$(readlink -f "$0")")/squashfs-root/AppRun" "$@"\n' >"$app"
done
"$dir/bin/python" -m compileall -q "$dir/lib" >/dev/null || true # a few test files of packages are no valid Python
"$dir/bin/pip" uninstall --quiet --yes pip 2>/dev/null || true
