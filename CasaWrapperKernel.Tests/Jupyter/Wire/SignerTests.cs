using System.Text;
using CasaWrapperKernel.Jupyter.Wire;

namespace CasaWrapperKernel.Tests.Jupyter.Wire;

public sealed class SignerTests
{
    public static TheoryData<string, string> Signatures => Golden.Signatures;

    [Theory]
    [MemberData(nameof(Signatures))]
    public void Signs_as_jupyter_client_does(string scheme, string signature)
    {
        var signer = new Signer(scheme, Golden.Key);
        Assert.Equal(signature, signer.Sign(Golden.Header, Golden.Parent, Golden.Metadata, Golden.Content));
        Assert.True(Verify(signer, signature));
    }

    [Theory]
    [InlineData("")]
    [InlineData("6d56")]
    [InlineData("6D5612ABE116B7534F1B0F3B61AD0658D73E8E980051C7D5DA9096507ACDD78D")]
    [InlineData("6d5612abe116b7534f1b0f3b61ad0658d73e8e980051c7d5da9096507acdd78d00")]
    [InlineData("0d5612abe116b7534f1b0f3b61ad0658d73e8e980051c7d5da9096507acdd78d")]
    public void Refuses_any_other_signature(string signature) =>
        Assert.False(Verify(new Signer("hmac-sha256", Golden.Key), signature));

    [Fact]
    public void Refuses_a_signature_made_with_another_key() =>
        Assert.False(Verify(new Signer("hmac-sha256", "another"), Golden.Signature));

    [Fact]
    public void An_empty_key_turns_signing_off()
    {
        var signer = new Signer("hmac-sha256", "");
        Assert.Equal("", signer.Sign(Golden.Header, Golden.Parent, Golden.Metadata, Golden.Content));
        Assert.True(Verify(signer, ""));
        Assert.True(Verify(signer, "whatever"));
    }

    [Fact]
    public void An_unknown_scheme_is_named_in_the_message()
    {
        var e = Assert.ThrowsAny<Exception>(() => new Signer("hmac-crc32", Golden.Key));
        Assert.Contains("'hmac-crc32'", e.Message);
        Assert.Contains("hmac-sha256", e.Message);
    }

    private static bool Verify(Signer signer, string signature) => signer.Verify(
        Encoding.ASCII.GetBytes(signature), Golden.Header, Golden.Parent, Golden.Metadata, Golden.Content);
}
