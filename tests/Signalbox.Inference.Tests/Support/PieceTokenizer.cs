using System.Text;
using Signalbox.Inference.Tokenization;

namespace Signalbox.Inference.Tests.Support;

/// <summary>A vocabulary of byte strings: token 0 is control, token 1 ends an answer, the others are what they are.</summary>
internal sealed class PieceTokenizer(IReadOnlyList<byte[]> pieces) : Tokenizer
{
    public const int Control = 0;
    public const int End = 1;
    private const int Reserved = 2;

    public override int VocabularySize => pieces.Count + Reserved;

    public override int? BeginOfText => null;

    public override bool AddsBeginOfText => false;

    public override int? EndOfText => End;

    public override bool EndsGeneration(int token) => token == End;

    public override bool IsControl(int token) => token < Reserved;

    public override void Encode(ReadOnlySpan<char> text, List<int> tokens, bool parseSpecial, bool addSpecial) => tokens.AddRange(Encoding.UTF8.GetBytes(text.ToString()).Select(OfByte));

    public override ReadOnlySpan<byte> BytesOf(int token) => token < Reserved ? [] : pieces[token - Reserved];

    public override string? NameOf(int token) => null;

    public override int? Find(string name) => null;

    /// <summary>The token of one byte; the vocabularies made here start with all of them.</summary>
    public static int OfByte(byte single) => single + Reserved;

    /// <summary>Nothing but the 256 bytes.</summary>
    public static PieceTokenizer OfBytes() => new([.. Enumerable.Range(0, 256).Select(static b => new[] { (byte)b })]);

    /// <summary>
    /// A vocabulary like those of common models: words with and without a space before them, runs of digits, spaces and punctuation, pieces of JSON, escapes,
    /// characters of several scripts, and bits of characters.
    /// </summary>
    public static PieceTokenizer Realistic(int size)
    {
        var random = new Random(7);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var pieces = Enumerable.Range(0, 256).Select(static b => new[] { (byte)b }).ToList();
        void Add(string text)
        {
            if (text.Length > 0 && pieces.Count < size - Reserved && seen.Add(text))
            {
                pieces.Add(Encoding.UTF8.GetBytes(text));
            }
        }

        string[] marks = ["\"", "\":", "\",", "\"}", "\"]", "{\"", "[\"", "\": \"", "\", \"", "\":\"", "\",\"", "\"},{\"", "}", "},", "]", "],", "{}", "[]", "[{", "}]", "}}", "]]", "[[", "{{",
            ": ", ", ", ":[", ":{", ": [", ": {", "\\\"", "\\n", "\\\\", "\\u", "\\u00", "\\ud83d", "\\ude00", "\"\"", "true", "false", "null", " true", " false", " null", "):", "();", "\"):",
            ".\"", "!\"", "?\",", "' \"", "a\"", "er\",", "://", "https", "www", ".com\"", "-0", "-1", "0.", "1.", "e+", "E-", "T00", "Z\"", "\n", "\n\n", "\t", "\r\n", " \n", "\"\n"];
        Array.ForEach(marks, Add);
        for (var digits = 0; digits < 1110; digits++)
        {
            Add(digits.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        for (var run = 2; run < 80; run++)
        {
            Add(new string(' ', run));
            Add(new string('-', run));
            Add(new string('=', run / 2));
        }

        foreach (var (low, high) in (ReadOnlySpan<(int, int)>)[(0xA1, 0x17F), (0x391, 0x3C9), (0x410, 0x44F), (0x5D0, 0x5EA), (0x3041, 0x3096), (0x4E00, 0x5200), (0x1F600, 0x1F640)])
        {
            for (var rune = low; rune <= high; rune++)
            {
                Add(char.ConvertFromUtf32(rune));
            }
        }

        for (var lead = 0xE4; lead < 0xE9; lead++)
        {
            for (var next = 0x80; next < 0xC0; next++)
            {
                pieces.Add([(byte)lead, (byte)next]);
            }
        }

        string[] syllables = ["a", "be", "ci", "do", "er", "fu", "gra", "hy", "in", "jo", "ka", "lo", "mi", "ne", "on", "pre", "qui", "re", "sta", "ti", "un", "ve", "wo", "x", "ly", "zo", "ing", "tion", "'s", "ß", "é"];
        while (pieces.Count < size - Reserved)
        {
            var word = string.Concat(Enumerable.Range(0, random.Next(1, 5)).Select(_ => syllables[random.Next(syllables.Length)]));
            Add(random.Next(3) switch { 0 => word, 1 => " " + word, _ => random.Next(2) == 0 ? char.ToUpperInvariant(word[0]) + word[1..] : " " + char.ToUpperInvariant(word[0]) + word[1..] });
            if (random.Next(60) == 0)
            {
                Add(word + "\"");
                Add(word + "\":");
                Add("\"" + word);
            }
        }

        return new PieceTokenizer(pieces);
    }
}
