"""JupyterHub with casa-kernel: the parts that differ between a local hub, Docker and Slurm. Copy what you need.

CASA and JupyterLab are in one environment, /opt/casa, with the kernel (pip install casa_kernel-*.whl there).
"""

import os

c = get_config()  # noqa: F821 - JupyterHub defines it

# -- every hub --------------------------------------------------------------------------------------------------------
c.JupyterHub.bind_url = "http://127.0.0.1:8000"  # a web server with TLS stands before it
c.JupyterHub.hub_ip = "127.0.0.1"
c.Spawner.default_url = "/lab"
# A tool of CASA's holds its data set until the kernel ends, so idle kernels and servers go after some hours; a kernel
# that computes is not idle.
c.Spawner.args = [
    "--MappingKernelManager.cull_idle_timeout=14400",
    "--MappingKernelManager.cull_interval=300",
    "--ServerApp.shutdown_no_activity_timeout=28800",
]

where = os.environ.get("HUB", "local")

# -- local: each server is a process of its user, on this machine --------------------------------------------------------
if where == "local":
    c.JupyterHub.spawner_class = "localprocess"
    c.JupyterHub.authenticator_class = "pam"
    c.PAMAuthenticator.open_sessions = False
    c.Authenticator.allow_existing_users = True
    c.Authenticator.allow_all = True  # everybody who has an account here
    c.Spawner.cmd = ["/opt/casa/bin/jupyterhub-singleuser"]
    # Files of one user are nobody else's business: connection files, CASA's logs, unpacked programs.
    os.umask(0o077)

# -- Docker: each server is a container of the image that the Dockerfile makes ------------------------------------------
if where == "docker":
    c.JupyterHub.spawner_class = "dockerspawner.DockerSpawner"
    c.DockerSpawner.image = "casa-kernel"
    c.DockerSpawner.allowed_images = ["casa-kernel"]
    c.DockerSpawner.remove = True
    c.DockerSpawner.volumes = {"casa-{username}": "/home/casa"}
    c.DockerSpawner.extra_host_config = {"read_only": True, "tmpfs": {"/tmp": ""}, "mem_limit": "16g"}
    c.JupyterHub.hub_ip = "0.0.0.0"  # the containers must reach the hub; keep its port off the outside network

# -- Slurm: each server is a job --------------------------------------------------------------------------------------
if where == "slurm":
    c.JupyterHub.spawner_class = "batchspawner.SlurmSpawner"
    c.Spawner.cmd = ["/opt/casa/bin/batchspawner-singleuser", "/opt/casa/bin/jupyterhub-singleuser"]
    c.SlurmSpawner.req_partition = "jupyter"
    c.SlurmSpawner.req_nprocs = "4"
    c.SlurmSpawner.req_memory = "16gb"
    c.SlurmSpawner.req_runtime = "12:00:00"
    c.JupyterHub.hub_ip = "0.0.0.0"  # the nodes must reach the hub
