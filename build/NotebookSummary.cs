using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Build;

/// <summary>What an executed notebook holds.</summary>
internal sealed partial record NotebookSummary(int Cells, int Pictures, int LogBlocks, int LogLines)
{
    public static NotebookSummary Of(string path)
    {
        using var notebook = JsonDocument.Parse(File.ReadAllBytes(path));
        var cells = notebook.RootElement.GetProperty("cells").EnumerateArray()
            .Where(cell => cell.GetProperty("cell_type").GetString() == "code").ToList();
        var bundles = cells.SelectMany(cell => cell.GetProperty("outputs").EnumerateArray())
            .Where(output => output.TryGetProperty("data", out _)).Select(output => output.GetProperty("data")).ToList();
        var logs = bundles.Where(data => data.TryGetProperty("text/html", out _))
            .Select(data => LogTitle().Match(Text(data.GetProperty("text/html")))).Where(match => match.Success).ToList();
        return new NotebookSummary(
            cells.Count,
            bundles.Sum(Count),
            logs.Count,
            logs.Sum(match => int.Parse(match.Groups[1].Value, NumberStyles.AllowThousands, CultureInfo.InvariantCulture)));
    }

    public string Describe(double seconds) => string.Create(CultureInfo.InvariantCulture,
        $"Made: {Cells} cells, {Pictures} pictures, {LogLines} CASA log lines under {LogBlocks} cells, in {seconds:F0} seconds.");

    // The pages of one plot are one output.
    private static int Count(JsonElement data) =>
        data.TryGetProperty("image/png", out _) || data.TryGetProperty("image/jpeg", out _) ? 1
        : data.TryGetProperty("text/html", out var html) ? Regex.Count(Text(html), "src=['\"]data:image/") : 0;

    // nbformat stores text as a string or as a list of lines.
    private static string Text(JsonElement text) => text.ValueKind == JsonValueKind.Array
        ? string.Concat(text.EnumerateArray().Select(line => line.GetString()))
        : text.GetString()!;

    [GeneratedRegex(@"Show log[^<]*\(([\d,]+) line")]
    private static partial Regex LogTitle();
}
