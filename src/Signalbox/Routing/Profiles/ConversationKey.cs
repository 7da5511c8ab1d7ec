using System.Buffers.Binary;
using System.Buffers.Text;
using System.Runtime.InteropServices;
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
    /// <summary>The beginning of each part and its length tell conversations apart; the whole of a long document need not be hashed.</summary>
    private const int CharactersPerPart = 256;

    /// <summary>A conversation that begins with more parts than this is told apart by the first of them.</summary>
    private const int Room = 4 * 1024;

    private const int KeyBytes = 16;

    public static string Of(DialectRequest request, string? keyId)
    {
        var parts = new Parts(stackalloc byte[Room]);
        parts.Add(keyId);
        parts.Add(Vocabulary.Get<string>(request.Options.AdditionalProperties, Vocabulary.User));
        parts.Add(request.Options.Instructions);
        foreach (var message in request.Messages)
        {
            foreach (var content in message.Contents)
            {
                switch (content)
                {
                    case TextContent text: parts.Add(text.Text); break;
                    case DataContent data: parts.Add(data.Data.Span); break;
                    case UriContent uri: parts.Add(uri.Uri.OriginalString); break;
                    case HostedFileContent file: parts.Add(file.FileId); break;
                }
            }

            if (message.Role == ChatRole.User)
            {
                break;
            }
        }

        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(parts.Written, digest);
        return Base64Url.EncodeToString(digest[..KeyBytes]);
    }

    /// <summary>What is hashed. The length of a part goes first, so that what moves from one part to the next gives another key.</summary>
    private ref struct Parts(Span<byte> room)
    {
        private readonly Span<byte> _room = room;
        private int _length;

        public readonly ReadOnlySpan<byte> Written => _room[.._length];

        public void Add(string? text) => Add(MemoryMarshal.AsBytes(text.AsSpan()));

        public void Add(ReadOnlySpan<byte> part)
        {
            var rest = _room[_length..];
            if (rest.Length < sizeof(int))
            {
                return;
            }

            BinaryPrimitives.WriteInt32LittleEndian(rest, part.Length);
            var taken = part[..Math.Min(part.Length, Math.Min(CharactersPerPart * sizeof(char), rest.Length - sizeof(int)))];
            taken.CopyTo(rest[sizeof(int)..]);
            _length += sizeof(int) + taken.Length;
        }
    }
}
