using System.Security.Cryptography;
using System.Text;

namespace CasaWrapperKernel.Jupyter.Wire;

/// <summary>
/// Signs and verifies messages: an HMAC over the four JSON frames (header, parent header, metadata, content), in
/// lower-case hexadecimal; identities and buffers are not part of it. An empty key turns signing off.
/// Source: Jupyter messaging specification, "The Wire Protocol".
/// </summary>
internal sealed class Signer
{
    private readonly byte[] _key;
    private readonly HashAlgorithmName _hash;

    /// <param name="scheme">The connection file's <c>signature_scheme</c>, for example <c>hmac-sha256</c>.</param>
    /// <param name="key">The connection file's <c>key</c>.</param>
    /// <exception cref="NotSupportedException">
    /// The scheme is none that this kernel implements; the message is a sentence for the user.
    /// </exception>
    public Signer(string scheme, string key)
    {
        _key = Encoding.UTF8.GetBytes(key);
        _hash = scheme switch
        {
            "hmac-sha256" => HashAlgorithmName.SHA256,
            "hmac-sha384" => HashAlgorithmName.SHA384,
            "hmac-sha512" => HashAlgorithmName.SHA512,
            "hmac-sha1" => HashAlgorithmName.SHA1,
            "hmac-md5" => HashAlgorithmName.MD5,
            _ => throw new NotSupportedException(
                $"The signature scheme '{scheme}' is not known; use hmac-sha256 in the connection file."),
        };
    }

    public string Sign(ReadOnlySpan<byte> header, ReadOnlySpan<byte> parent, ReadOnlySpan<byte> metadata,
        ReadOnlySpan<byte> content)
    {
        if (_key.Length == 0)
        {
            return "";
        }

        using var hmac = IncrementalHash.CreateHMAC(_hash, _key);
        hmac.AppendData(header);
        hmac.AppendData(parent);
        hmac.AppendData(metadata);
        hmac.AppendData(content);
        return Convert.ToHexStringLower(hmac.GetHashAndReset());
    }

    /// <summary>
    /// Whether the signature is that of the frames; the comparison takes the same time wherever they differ.
    /// </summary>
    public bool Verify(ReadOnlySpan<byte> signature, ReadOnlySpan<byte> header, ReadOnlySpan<byte> parent,
        ReadOnlySpan<byte> metadata, ReadOnlySpan<byte> content)
    {
        if (_key.Length == 0)
        {
            return true;
        }

        var expected = Encoding.ASCII.GetBytes(Sign(header, parent, metadata, content));
        return CryptographicOperations.FixedTimeEquals(signature, expected);
    }
}
