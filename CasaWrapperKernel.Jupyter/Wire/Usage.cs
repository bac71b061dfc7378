namespace CasaWrapperKernel.Jupyter.Wire;

/// <summary>
/// <c>usage_reply</c> (an extension of ipykernel's that JupyterLab's resource display reads). Percentages are of one
/// core and since the request before; memory is in bytes.
/// </summary>
internal sealed record UsageReply
{
    public required string Hostname { get; init; }

    public required int Pid { get; init; }

    public required int CpuCount { get; init; }

    /// <summary>CPU use of the kernel and all its children.</summary>
    public required double KernelCpu { get; init; }

    /// <summary>Memory of the kernel and all its children; what they share is counted once.</summary>
    public required long KernelMemory { get; init; }

    /// <summary>Null in the first reply, when there is nothing to compare with.</summary>
    public double? HostCpuPercent { get; init; }

    /// <summary>The host's memory, or the job's where a cgroup allows less.</summary>
    public required HostMemory HostVirtualMemory { get; init; }
}

/// <summary>Memory that programs can use, in bytes.</summary>
/// <param name="Percent">Part of the total that is in use.</param>
internal sealed record HostMemory(long Total, long Available, double Percent, long Used, long Free)
{
    public long Active { get; init; }

    public long Inactive { get; init; }

    public long Buffers { get; init; }

    /// <summary>Of files, which the host gives up when programs need it.</summary>
    public long Cached { get; init; }

    public long Shared { get; init; }

    /// <summary>The system's own tables.</summary>
    public long Slab { get; init; }
}
