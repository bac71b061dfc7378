using System.Text.Json;
using CasaWrapperKernel.Doctor;

namespace CasaWrapperKernel.Tests.Install;

public sealed class FindingTests
{
    [Fact]
    public void A_finding_is_a_line_and_its_cure_an_indented_one()
    {
        Assert.Equal("ok     six                     1.17.0", new Finding(Level.Ok, "six", "1.17.0").ToString());
        Assert.Equal("FAIL   ipython                 8.4\n       pip install 'ipython>=8.5'",
            new Finding(Level.Fail, "ipython", "8.4", "pip install 'ipython>=8.5'").ToString());
    }

    [Theory]
    [InlineData("ipython", "false", "false", "FAIL")]
    [InlineData("casatasks", "false", "false", "warn")]
    [InlineData("ipython", "true", "false", "ok")]
    [InlineData("data folder", "true", "true", "mended")]
    public void Only_what_stops_the_kernel_fails(string check, string ok, string mended, string level)
    {
        var json = $$"""[{"check": "{{check}}", "ok": {{ok}}, "detail": "d", "cure": "c", "mended": {{mended}}}]""";
        var finding = Assert.Single(JsonSerializer.Deserialize(json, DoctorJson.Default.PythonFindingArray)!)
            .ToFinding();
        Assert.StartsWith(level.PadRight(7), finding.ToString());
        Assert.Equal(("d", "c"), (finding.Detail, finding.Cure));
    }
}
