using System.Text;
using Signalbox.Inference.Tokenization;

namespace Signalbox.Inference.Tests.Support;

/// <summary>Hand-made vocabularies, small enough to know every token.</summary>
internal static class Vocabularies
{
    public const int Normal = 1;
    public const int Unknown = 2;
    public const int Control = 3;
    public const int UserDefined = 4;
    public const int Byte = 6;

    /// <summary>SentencePiece: unknown, begin, end, the 256 byte tokens, then these with these scores.</summary>
    public static VocabularyFile SentencePiece(params (string Text, float Score)[] pieces) => With(
        "llama",
        [("<unk>", Unknown), ("<s>", Control), ("</s>", Control), .. Bytes(), .. pieces.Select(piece => (piece.Text, Normal))],
        scores: [.. new float[259], .. pieces.Select(piece => piece.Score)]);

    /// <summary>Byte-level: a token for every byte, then what these merges make, then special tokens.</summary>
    public static VocabularyFile ByteLevel(string pre, string[] merges, params (string Text, int Type)[] special)
    {
        var tokens = Alphabet().Select(text => (text, Normal)).ToList();
        foreach (var merge in merges)
        {
            var text = merge.Replace(" ", "");
            if (!tokens.Contains((text, Normal)))
            {
                tokens.Add((text, Normal));
            }
        }

        return With("gpt2", [.. tokens, .. special], pre: pre, merges: merges);
    }

    public static VocabularyFile WordPiece(params string[] pieces) => With(
        "bert",
        [.. Enumerable.Range(0, 100).Select(i => ($"[unused{i}]", Control)), ("[UNK]", Control), ("[CLS]", Control), ("[SEP]", Control), ("[MASK]", Control), .. pieces.Select(piece => (piece, Normal))]);

    public static VocabularyFile With(string model, (string Text, int Type)[] tokens, string? pre = null, string[]? merges = null, float[]? scores = null, string name = "") => new()
    {
        Model = model,
        Pre = pre,
        Name = name,
        Tokens = [.. tokens.Select(token => Encoding.UTF8.GetBytes(token.Text))],
        Types = [.. tokens.Select(token => token.Type)],
        Merges = merges is null ? null : [.. merges.Select(Encoding.UTF8.GetBytes)],
        Scores = scores,
    };

    public static Tokenizer Tokenizer(VocabularyFile file)
    {
        Assert.True(Inference.Tokenization.Tokenizer.TryCreate(file, out var tokenizer, out var fault), fault?.Message);
        return tokenizer;
    }

    public static EngineFault Fault(VocabularyFile file)
    {
        Assert.False(Inference.Tokenization.Tokenizer.TryCreate(file, out _, out var fault));
        return fault;
    }

    /// <summary>The names of a text's tokens, with a bar between them.</summary>
    public static string Names(this Tokenizer tokenizer, string text, bool parseSpecial = false, bool addSpecial = false) =>
        string.Join('|', tokenizer.Tokens(text, parseSpecial, addSpecial).Select(tokenizer.NameOf));

    public static List<int> Tokens(this Tokenizer tokenizer, string text, bool parseSpecial = false, bool addSpecial = false)
    {
        List<int> tokens = [];
        tokenizer.Encode(text, tokens, parseSpecial, addSpecial);
        return tokens;
    }

    public static string Text(this Tokenizer tokenizer, IEnumerable<int> tokens)
    {
        var detokenizer = new StreamingDetokenizer(tokenizer);
        return string.Concat(tokens.Select(detokenizer.Append)) + detokenizer.Flush();
    }

    private static IEnumerable<(string, int)> Bytes() => Enumerable.Range(0, 256).Select(value => ($"<0x{value:X2}>", Byte));

    private static IEnumerable<string> Alphabet()
    {
        var next = 0x100;
        for (var value = 0; value < 256; value++)
        {
            yield return ((char)(value is (>= 33 and <= 126) or (>= 161 and <= 172) or >= 174 ? value : next++)).ToString();
        }
    }
}
