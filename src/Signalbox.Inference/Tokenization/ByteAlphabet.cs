namespace Signalbox.Inference.Tokenization;

/// <summary>
/// GPT-2's way to write any byte as a printable character: 33-126, 161-172 and 174-255 stand for themselves, the other 68 bytes are, in order,
/// U+0100 and following (a space is U+0120).
/// </summary>
internal static class ByteAlphabet
{
    private const int Highest = 0x143;

    private static readonly ushort[] Characters = MakeCharacters();
    private static readonly short[] Bytes = MakeBytes();

    /// <summary>Writes the character of a byte in UTF-8 and returns its length, 1 or 2.</summary>
    public static int Encode(byte value, Span<byte> utf8)
    {
        int character = Characters[value];
        if (character < 0x80)
        {
            utf8[0] = (byte)character;
            return 1;
        }

        utf8[0] = (byte)(0xC0 | (character >> 6));
        utf8[1] = (byte)(0x80 | (character & 0x3F));
        return 2;
    }

    /// <summary>The bytes that a token's text stands for; characters outside of the alphabet stand for themselves.</summary>
    public static int Decode(byte[] text, byte[] target, int at)
    {
        var length = 0;
        for (var i = 0; i < text.Length;)
        {
            var known = -1;
            var used = 1;
            if (text[i] < 0x80)
            {
                known = Bytes[text[i]];
            }
            else if (text[i] is >= 0xC2 and <= 0xC5 && i + 1 < text.Length && (text[i + 1] & 0xC0) == 0x80)
            {
                var character = ((text[i] & 0x1F) << 6) | (text[i + 1] & 0x3F);
                known = character <= Highest ? Bytes[character] : -1;
                used = known >= 0 ? 2 : 1;
            }

            target[at + length++] = known >= 0 ? (byte)known : text[i];
            i += used;
        }

        return length;
    }

    private static bool IsPrintable(int value) => value is (>= 33 and <= 126) or (>= 161 and <= 172) or >= 174;

    private static ushort[] MakeCharacters()
    {
        var characters = new ushort[256];
        var next = 0x100;
        for (var value = 0; value < 256; value++)
        {
            characters[value] = (ushort)(IsPrintable(value) ? value : next++);
        }

        return characters;
    }

    private static short[] MakeBytes()
    {
        var bytes = new short[Highest + 1];
        Array.Fill(bytes, (short)-1);
        for (var value = 0; value < 256; value++)
        {
            bytes[Characters[value]] = (short)value;
        }

        return bytes;
    }
}
