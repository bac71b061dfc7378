namespace CasaWrapperKernel.Logs.Following;

/// <summary>CASA's priorities in order, by the names of <c>casalog.filter</c>.</summary>
internal static class Priority
{
    private static readonly string[] Ordered =
        ["DEBUGGING", "DEBUG2", "DEBUG1", "INFO5", "INFO4", "INFO3", "INFO2", "INFO1", "INFO", "WARN", "SEVERE"];

    /// <summary>
    /// How much a priority weighs; one that is not known (a line without head) weighs as much as INFO.
    /// </summary>
    public static int Rank(string priority) =>
        Array.IndexOf(Ordered, priority) is >= 0 and var rank ? rank : Array.IndexOf(Ordered, "INFO");
}
