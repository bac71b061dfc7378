using CasaWrapperKernel.Recompute.Identity;
using CsCheck;

namespace CasaWrapperKernel.Tests.Recompute;

/// <summary>Different values never have the same bytes.</summary>
public sealed class CanonicalEncodingTests
{
    [Theory]
    [InlineData("[\"ab\", \"c\"]", "[\"a\", \"bc\"]")]
    [InlineData("[[1], 2]", "[[1, 2]]")]
    [InlineData("\"1\"", "1")]
    [InlineData("1", "1.0")]
    [InlineData("true", "\"true\"")]
    [InlineData("null", "\"\"")]
    [InlineData("[]", "{}")]
    [InlineData("{\"a\": 1}", "[\"a\", 1]")]
    [InlineData("\"\"", "[]")]
    public void Values_that_look_alike_are_not(string one, string other) => Assert.NotEqual(Id(one), Id(other));

    [Fact]
    public void The_order_of_members_does_not_count() =>
        Assert.Equal(Id("{\"a\": 1, \"b\": [2]}"), Id("{ \"b\": [2], \"a\": 1 }"));

    [Fact]
    public void Texts_cut_elsewhere_are_others() => Gen.String.Array.Select(Gen.String.Array).Sample((one, other) =>
        one.SequenceEqual(other) == (CanonicalEncoding.Of(one) == CanonicalEncoding.Of(other)));

    private static string Id(string json)
    {
        using var encoding = new CanonicalEncoding();
        return encoding.Value(Bench.Json(json)).Id();
    }
}
