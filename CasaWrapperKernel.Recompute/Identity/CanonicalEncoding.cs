using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace CasaWrapperKernel.Recompute.Identity;

/// <summary>
/// Values as bytes that no other values have: each is preceded by its type and its length, and the members of an object
/// stand in the order of their names. What goes in is hashed at once.
/// </summary>
internal sealed class CanonicalEncoding : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public CanonicalEncoding Text(string text) => Put((byte)'s', Encoding.UTF8.GetBytes(text));

    public CanonicalEncoding Value(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Null:
                return Put((byte)'n', []);
            case JsonValueKind.True:
                return Put((byte)'t', []);
            case JsonValueKind.False:
                return Put((byte)'f', []);
            case JsonValueKind.String:
                return Text(value.GetString()!);
            case JsonValueKind.Number:
                return Put((byte)'d', Encoding.UTF8.GetBytes(value.GetRawText()));
            case JsonValueKind.Array:
                Head((byte)'l', value.GetArrayLength());
                foreach (var item in value.EnumerateArray())
                {
                    Value(item);
                }

                return this;
            default:
                var members = value.EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal).ToList();
                Head((byte)'o', members.Count);
                foreach (var member in members)
                {
                    Text(member.Name).Value(member.Value);
                }

                return this;
        }
    }

    /// <summary>The hash of all that went in, in hexadecimal.</summary>
    public string Id() => Convert.ToHexStringLower(_hash.GetHashAndReset());

    public void Dispose() => _hash.Dispose();

    /// <summary>The hash of texts, each with its length.</summary>
    public static string Of(params IEnumerable<string> texts)
    {
        using var encoding = new CanonicalEncoding();
        foreach (var text in texts)
        {
            encoding.Text(text);
        }

        return encoding.Id();
    }

    private CanonicalEncoding Put(byte type, ReadOnlySpan<byte> content)
    {
        Head(type, content.Length);
        _hash.AppendData(content);
        return this;
    }

    private void Head(byte type, long length)
    {
        Span<byte> head = stackalloc byte[9];
        head[0] = type;
        BinaryPrimitives.WriteInt64BigEndian(head[1..], length);
        _hash.AppendData(head);
    }
}
