using CasaWrapperKernel.Jupyter.Execution;

namespace CasaWrapperKernel.Logs;

/// <summary>For the cells of subshells.</summary>
internal sealed class SubshellLog(CasaLog log) : ICellObserver
{
    public void CellStarts(byte[] parent) => log.CellStarts(parent, isMain: false);

    public void CellEnds(byte[] parent) => log.CellEnds(parent);
}
