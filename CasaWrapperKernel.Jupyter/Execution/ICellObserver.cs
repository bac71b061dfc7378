namespace CasaWrapperKernel.Jupyter.Execution;

/// <summary>
/// Is told when a cell starts and, before its reply, when it has ended: a log finds its cell by this.
/// </summary>
internal interface ICellObserver
{
    /// <param name="parent">Header JSON of the execute_request.</param>
    void CellStarts(byte[] parent);

    /// <param name="parent">Header JSON of the execute_request.</param>
    void CellEnds(byte[] parent);
}
