namespace Signalbox.Inference.Tokenization;

/// <summary>What every token stands for inside a text, as bytes, in one block.</summary>
internal sealed class TokenPieces
{
    private readonly byte[] _bytes;
    private readonly int[] _ends;

    /// <param name="vocabulary">Control, unknown and unused tokens stand for nothing, byte tokens for their byte, user-defined ones for their text.</param>
    /// <param name="decode">Writes what a normal token's text stands for (never longer than the text) and returns its length.</param>
    public TokenPieces(Vocabulary vocabulary, Func<byte[], byte[], int, int> decode)
    {
        _bytes = new byte[vocabulary.Texts.Sum(text => (long)text.Length)];
        _ends = new int[vocabulary.Count];
        var end = 0;
        for (var id = 0; id < vocabulary.Count; id++)
        {
            var text = vocabulary.Texts[id];
            if (vocabulary.Is(id, TokenAttributes.Control | TokenAttributes.Unknown))
            {
            }
            else if (vocabulary.Is(id, TokenAttributes.UserDefined))
            {
                text.CopyTo(_bytes, end);
                end += text.Length;
            }
            else if (vocabulary.Is(id, TokenAttributes.Normal))
            {
                end += decode(text, _bytes, end);
            }
            else if (vocabulary.Is(id, TokenAttributes.Byte) && TryReadByte(text, out var value))
            {
                _bytes[end++] = value;
            }

            _ends[id] = end;
        }
    }

    public ReadOnlySpan<byte> this[int token]
    {
        get
        {
            if ((uint)token >= (uint)_ends.Length)
            {
                return default;
            }

            var start = token == 0 ? 0 : _ends[token - 1];
            return _bytes.AsSpan(start, _ends[token] - start);
        }
    }

    /// <summary>Normal tokens of SentencePiece: U+2581 is a space.</summary>
    public static int DecodeSpaces(byte[] text, byte[] target, int at)
    {
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text.AsSpan(i).StartsWith("\u2581"u8))
            {
                target[at + length++] = (byte)' ';
                i += 2;
            }
            else
            {
                target[at + length++] = text[i];
            }
        }

        return length;
    }

    private static bool TryReadByte(byte[] text, out byte value)
    {
        value = 0;
        return text.Length == 6 && byte.TryParse(text.AsSpan(3, 2), System.Globalization.NumberStyles.AllowHexSpecifier, null, out value);
    }
}
