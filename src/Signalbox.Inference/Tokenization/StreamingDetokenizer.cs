using System.Buffers;
using System.Text;

namespace Signalbox.Inference.Tokenization;

/// <summary>
/// Tokens to text as they come; a character whose bytes are spread over tokens is held until it is whole. The first space is dropped where
/// the tokenizer puts one before every text.
/// </summary>
internal sealed class StreamingDetokenizer(Tokenizer tokenizer)
{
    /// <summary>Bytes of the character that is not whole yet, and room for those that complete it.</summary>
    private readonly byte[] _held = new byte[4];
    private int _heldCount;
    private bool _started = !tokenizer.StartsWithSpace;

    public Tokenizer Tokenizer => tokenizer;

    /// <summary>The text that is whole now; may be empty.</summary>
    public string Append(int token)
    {
        if (_started && _heldCount == 0 && tokenizer.WholeTextOf(token) is { } text)
        {
            return text;
        }

        var bytes = tokenizer.BytesOf(token);
        if (!_started && !bytes.IsEmpty)
        {
            _started = true;
            bytes = bytes[0] == ' ' ? bytes[1..] : bytes;
        }

        if (bytes.IsEmpty)
        {
            return "";
        }

        return _heldCount == 0 ? Whole(bytes) : WithHeld(bytes);
    }

    /// <summary>What is left at the end, broken characters as U+FFFD.</summary>
    public string Flush()
    {
        var text = Encoding.UTF8.GetString(_held, 0, _heldCount);
        _heldCount = 0;
        return text;
    }

    private string WithHeld(ReadOnlySpan<byte> bytes)
    {
        var together = ArrayPool<byte>.Shared.Rent(_heldCount + bytes.Length);
        _held.AsSpan(0, _heldCount).CopyTo(together);
        bytes.CopyTo(together.AsSpan(_heldCount));
        var text = Whole(together.AsSpan(0, _heldCount + bytes.Length));
        ArrayPool<byte>.Shared.Return(together);
        return text;
    }

    /// <summary>The text up to a character that is not whole, which is held.</summary>
    private string Whole(ReadOnlySpan<byte> bytes)
    {
        _heldCount = Unfinished(bytes);
        bytes[^_heldCount..].CopyTo(_held);
        return _heldCount == bytes.Length ? "" : Encoding.UTF8.GetString(bytes[..^_heldCount]);
    }

    /// <summary>Bytes at the end that begin a character and may still become one.</summary>
    private static int Unfinished(ReadOnlySpan<byte> bytes)
    {
        for (var count = 1; count <= Math.Min(3, bytes.Length); count++)
        {
            if ((bytes[^count] & 0xC0) != 0x80)
            {
                return Rune.DecodeFromUtf8(bytes[^count..], out _, out _) == OperationStatus.NeedMoreData ? count : 0;
            }
        }

        return 0;
    }
}
