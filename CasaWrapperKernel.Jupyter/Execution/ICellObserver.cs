namespace CasaWrapperKernel.Jupyter.Execution;

/// <summary>
/// Is told when a cell starts and, before its reply, when it has ended: a log finds its cell by this.
/// </summary>
internal interface ICellObserver
{
    /// <param name="number">What it will be called if no cell of another shell comes between.</param>
    void CellStarts(Cell cell, int number);

    void CellEnds(Cell cell);
}
