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
    /// <summary>The beginning of each part, its end and its length tell conversations apart; the whole of a long document need not be hashed.</summary>
    private const int BytesPerEnd = 64 * sizeof(char);

    /// <summary>A conversation that begins with more parts than this is told apart by the first of them.</summary>
    private const int Room = 4 * 1024;

    private const int KeyBytes = 16;

    /// <summary>The same in every process.</summary>
    public static string Of(DialectRequest request, string? keyId)
    {
        var parts = Read(request, keyId, stackalloc byte[Room]);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(parts, digest);
        return Base64Url.EncodeToString(digest[..KeyBytes]);
    }

    /// <summary>Cheaper, and of this process only: its hash is seeded anew at every start.</summary>
    public static ulong InProcess(DialectRequest request, string? keyId)
    {
        var characters = MemoryMarshal.Cast<byte, char>(Read(request, keyId, stackalloc byte[Room]));
        var (one, other) = (string.GetHashCode(characters), string.GetHashCode(characters[1..]));
        return (ulong)(uint)one << 32 | (uint)other;
    }

    private static ReadOnlySpan<byte> Read(DialectRequest request, string? keyId, Span<byte> room)
    {
        var parts = new Parts(room);
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

        return parts.Written;
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
            _length += sizeof(int);
            Take(part[..Math.Min(part.Length, BytesPerEnd)]);
            Take(part[Math.Max(part.Length - BytesPerEnd, Math.Min(part.Length, BytesPerEnd))..]);
        }

        private void Take(ReadOnlySpan<byte> part)
        {
            var taken = part[..Math.Min(part.Length, Room - _length)];
            taken.CopyTo(_room[_length..]);
            _length += taken.Length;
        }
    }
}
