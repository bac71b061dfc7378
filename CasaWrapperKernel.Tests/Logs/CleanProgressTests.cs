using CasaWrapperKernel.Logs.Model;

namespace CasaWrapperKernel.Tests.Logs;

/// <summary>Lines as tclean of CASA 6.7 wrote them.</summary>
public sealed class CleanProgressTests
{
    [Fact]
    public void Cycles_iterations_and_the_peak_are_read_as_they_come()
    {
        var clean = new CleanProgress();
        Assert.Equal("", clean.ToString());
        Assert.False(clean.Read("Verifying Input Parameters"));
        Assert.True(clean.Read($"{Dashes} Run Major Cycle 1 {Dashes}"));
        Assert.Equal(", major cycle 1", clean.ToString());
        Assert.True(clean.Read(" Absolute Peak residual within mask : 0, over full image : 0.000918018"));
        Assert.Equal(", major cycle 1, peak residual 0.918 mJy/beam", clean.ToString());
        Assert.True(clean.Read("Completed 1200 iterations."));
        Assert.True(clean.Read($"{Dashes} Run Major Cycle 2 {Dashes}"));
        Assert.True(clean.Read(" Absolute Peak residual within mask : 1.464, over full image : 2"));
        Assert.Equal(", major cycle 2, 1,200 iterations, peak residual 1.46 Jy/beam", clean.ToString());
        Assert.True(clean.Read(
            "[x2] Total model flux (over all planes) : 0.00461978     Peak Residual (over all planes) : 9.96931e-05 in C6:P0"));
        Assert.Equal(", major cycle 2, 1,200 iterations, peak residual 99.7 µJy/beam", clean.ToString());
    }

    private const string Dashes = "-----------------------------------";
}
