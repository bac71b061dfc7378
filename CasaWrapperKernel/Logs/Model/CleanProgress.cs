using System.Globalization;
using System.Text.RegularExpressions;

namespace CasaWrapperKernel.Logs.Model;

/// <summary>
/// How far tclean has come, as its log lines tell: CASA 6.7's SynthesisImager and SynthesisDeconvolver.
/// </summary>
internal sealed partial class CleanProgress
{
    private string _major = "";
    private string _iterations = "";
    private double _peak;

    /// <returns>Whether the line told something new.</returns>
    public bool Read(string message)
    {
        if (MajorCycle().Match(message) is { Success: true } major)
        {
            _major = major.Groups[1].Value;
        }
        else if (Iterations().Match(message) is { Success: true } iterations)
        {
            _iterations = iterations.Groups[1].Value;
        }
        else if (Peak().Match(message) is { Success: true } peak)
        {
            // Before there is a mask the peak within it is 0.
            var values = peak.Groups.Values.Skip(1).Where(group => group.Success).Select(group => Number(group.Value));
            _peak = values.FirstOrDefault(value => value > 0);
        }
        else
        {
            return false;
        }

        return true;
    }

    /// <summary>
    /// For example ", major cycle 3, 1,200 iterations, peak residual 0.47 mJy/beam"; "" if nothing is known.
    /// </summary>
    public override string ToString() =>
        (_major.Length > 0 ? $", major cycle {_major}" : "")
        + (int.TryParse(_iterations, out var number) ? ", " + Counts.Text(number, "iteration") : "")
        + (_peak > 0 ? $", peak residual {Flux(_peak)}" : "");

    private static string Flux(double janskys)
    {
        var (value, unit) = janskys >= 0.1 ? (janskys, "Jy") : janskys >= 1e-4 ? (janskys * 1e3, "mJy")
            : (janskys * 1e6, "µJy");
        return $"{value.ToString("G3", CultureInfo.InvariantCulture)} {unit}/beam";
    }

    private static double Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? Math.Abs(value) : 0;

    [GeneratedRegex(@"^-+ Run Major Cycle (\d+) -")]
    private static partial Regex MajorCycle();

    [GeneratedRegex(@"^Completed (\d+) iterations\.")]
    private static partial Regex Iterations();

    [GeneratedRegex(
        @"Peak residual within mask : (\S+), over full image : (\S+)|Peak Residual \(over all planes\) : (\S+)")]
    private static partial Regex Peak();
}
