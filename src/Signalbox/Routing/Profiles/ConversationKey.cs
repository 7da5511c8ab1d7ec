using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.Extensions.AI;
using Signalbox.Dialects;

namespace Signalbox.Routing.Profiles;

/// <summary>
/// A name for a conversation that stays the same from turn to turn, so that it can stay with the provider that has its beginning in
/// its cache. Made of what does not change: the system prompt, the first user message, and who asks. Nothing can be read back from it.
/// </summary>
internal static class ConversationKey
{
    /// <summary>The beginning of each part tells conversations apart; the whole of a long document need not be hashed.</summary>
    private const int CharactersPerPart = 8 * 1024;

    private const int KeyBytes = 16;

    public static string Of(DialectRequest request, string? keyId)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, keyId ?? "");
        Append(hash, Vocabulary.Get<string>(request.Options.AdditionalProperties, Vocabulary.User) ?? "");
        Append(hash, request.Options.Instructions ?? "");
        foreach (var message in request.Messages)
        {
            foreach (var content in message.Contents)
            {
                switch (content)
                {
                    case TextContent text: Append(hash, text.Text); break;
                    case DataContent data: hash.AppendData(data.Data.Span[..Math.Min(CharactersPerPart, data.Data.Length)]); break;
                    case UriContent uri: Append(hash, uri.Uri.OriginalString); break;
                    case HostedFileContent file: Append(hash, file.FileId); break;
                }
            }

            if (message.Role == ChatRole.User)
            {
                break;
            }
        }

        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(digest);
        return Base64Url.EncodeToString(digest[..KeyBytes]);
    }

    private static void Append(IncrementalHash hash, string text)
    {
        // The length goes first, so that what moves from one part to the next gives another key.
        Span<byte> length = stackalloc byte[sizeof(int)];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(length, text.Length);
        hash.AppendData(length);
        Span<byte> bytes = stackalloc byte[1024];
        for (var rest = text.AsSpan(0, Math.Min(CharactersPerPart, text.Length)); rest.Length > 0;)
        {
            System.Text.Unicode.Utf8.FromUtf16(rest, bytes, out var read, out var written);
            hash.AppendData(bytes[..written]);
            rest = read == 0 ? [] : rest[read..];
        }
    }
}
