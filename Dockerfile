# CASA, JupyterLab and casa-kernel in one image. Build the kernel first: ./build.sh publish
#   docker build -t casa-kernel .                                   CASA from PyPI
#   docker build -t casa-kernel --build-context wheelhouse=DIR .    CASA from a folder of wheels, without a network
#   docker run --rm -p 127.0.0.1:8888:8888 -v "$PWD:/work" casa-kernel                 JupyterLab
#   docker run --rm -v "$PWD:/work" --user "$(id -u)" casa-kernel notebook.ipynb       executes a notebook
ARG BASE=debian:bookworm-slim
FROM scratch AS wheelhouse

FROM ${BASE} AS system
# The shared library of Python, without which it cannot be hosted, has the version in its name.
RUN apt-get update -qq \
    && apt-get install -qq -y --no-install-recommends python3 tini perl-base fontconfig libglib2.0-0 >/dev/null \
    && apt-get install -qq -y --no-install-recommends "libpython$(python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')" >/dev/null \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/archives/*.deb

FROM system AS casa
ARG CASA_VERSION=
RUN apt-get update -qq && apt-get install -qq -y --no-install-recommends python3-venv >/dev/null
COPY --from=wheelhouse . /wheelhouse/
COPY containers/install-casa.sh /tmp/
COPY artifacts/kernel/PythonSupport /opt/casa-kernel/PythonSupport
RUN /tmp/install-casa.sh /opt/casa /wheelhouse ${CASA_VERSION}

FROM system
COPY --from=casa /opt/casa /opt/casa
COPY artifacts/kernel /opt/casa-kernel
COPY containers/entry.sh /opt/casa-kernel/entry.sh
ENV PATH=/opt/casa/bin:/opt/casa-kernel:$PATH HOME=/home/casa USER=casa LC_ALL=C.UTF-8 PYTHONNOUSERSITE=1
RUN casa-kernel install --sys-prefix --python /opt/casa/bin/python \
    && mkdir -p /home/casa /work && chmod 1777 /home/casa /work
USER 1000
WORKDIR /work
EXPOSE 8888
# An init as process 1: it forwards signals and reaps, which Python's children must not be left to.
ENTRYPOINT ["tini", "-g", "--", "/opt/casa-kernel/entry.sh"]
