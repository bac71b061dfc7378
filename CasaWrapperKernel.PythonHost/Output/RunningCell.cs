namespace CasaWrapperKernel.PythonHost.Output;

/// <summary>The cell that C code and child processes write for: they have no context that would say.</summary>
internal sealed class RunningCell
{
    private volatile byte[]? _header;

    /// <summary>Header JSON of the main shell's request that runs now, or ran last; null before the first.</summary>
    public byte[]? Header
    {
        get => _header;
        set => _header = value;
    }
}
