using System.Diagnostics;
using CasaWrapperKernel.Hosting;
using CasaWrapperKernel.Tests.Support;

namespace CasaWrapperKernel.Tests.Hosting;

[Collection(Variables.Collection)]
public sealed class ParentWatchTests
{
    [Fact]
    public void The_end_of_the_server_is_noticed()
    {
        using var server = Process.Start("sleep", "0.3");
        using var variables = new Variables(("JPY_PARENT_PID", $"{server.Id}"));
        var isGone = false;
        ParentWatch.Run(() => isGone = true);
        Assert.True(isGone);
    }

    [Fact]
    public void A_kernel_that_no_server_has_started_watches_nobody()
    {
        using var variables = new Variables(("JPY_PARENT_PID", null));
        ParentWatch.Run(() => Assert.Fail("nobody is gone"));
    }
}
