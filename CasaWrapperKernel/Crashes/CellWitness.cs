using CasaWrapperKernel.Jupyter.Execution;
using CasaWrapperKernel.Logs;

namespace CasaWrapperKernel.Crashes;

/// <summary>Tells the log and the record of the cells of one shell.</summary>
/// <param name="first">Is called with each cell of the user's, before it runs.</param>
internal sealed class CellWitness(CasaLog log, BlackBox box, Action<Cell> first, bool isMain) : ICellObserver
{
    public void CellStarts(Cell cell, int number)
    {
        log.CellStarts(cell.Message.HeaderJson, isMain);
        box.CellStarts(cell, isMain ? number : 0);
        first(cell);
    }

    public void CellEnds(Cell cell)
    {
        box.CellEnds(cell);
        log.CellEnds(cell.Message.HeaderJson);
    }
}
