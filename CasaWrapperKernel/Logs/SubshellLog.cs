using CasaWrapperKernel.Execution;

namespace CasaWrapperKernel.Logs;

/// <summary>For the cells of subshells: they get what Python says is theirs, and it is shown before they end.</summary>
internal sealed class SubshellLog(CasaLog log) : ICellObserver
{
    public void CellStarts(byte[] parent)
    {
    }

    public void CellEnds(byte[] parent) => log.CellEnds(parent);
}
