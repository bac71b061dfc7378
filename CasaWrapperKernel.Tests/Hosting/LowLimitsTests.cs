using CasaWrapperKernel.Hosting;
using CasaWrapperKernel.Jupyter;

namespace CasaWrapperKernel.Tests.Hosting;

public sealed class LowLimitsTests
{
    private const string Files = "Max open files            {0}                 4096                 files     ";
    private const string Space = "Max address space         {0}           unlimited            bytes     ";

    [Theory]
    [InlineData(Files, "32", "no more than 32 open files", "ulimit -n 128")]
    [InlineData(Space, "1073741824", "no more than 1.1 GB of address space", "at least 2.4 GB")]
    public void A_limit_that_is_too_low_is_named_with_what_is_needed(string line, string soft, params string[] said)
    {
        var error = Assert.Throws<UserException>(() => LowLimits.Check([string.Format(line, soft)]));
        Assert.All(said, words => Assert.Contains(words, error.Message));
    }

    [Theory]
    [InlineData(Files, "64")]
    [InlineData(Space, "4294967296")]
    [InlineData(Space, "unlimited")]
    public void Others_are_not(string line, string soft) => LowLimits.Check([string.Format(line, soft)]);
}
