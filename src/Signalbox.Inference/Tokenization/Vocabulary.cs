using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Signalbox.Inference.Tokenization;

/// <summary>The tokens of a file: text, score, attributes, and which of them are special.</summary>
internal sealed class Vocabulary
{
    private readonly TextTable _ids;
    private readonly Dictionary<string, int> _special = [];
    private readonly HashSet<int> _ends;

    private Vocabulary(VocabularyFile file, IReadOnlyDictionary<string, int> defaults)
    {
        Texts = Named(file.Tokens);
        Scores = file.Scores;
        Attributes = new TokenAttributes[Texts.Length];
        _ids = new(Texts.Length);
        for (var id = 0; id < Texts.Length; id++)
        {
            _ids.Set(Texts[id], id);
            LongestText = Math.Max(LongestText, Texts[id].Length);
            Attributes[id] = file.Types is null ? TokenAttributes.Normal : AttributesOf(file.Types[id]);
        }

        ReadSpecial(file, defaults);
        _ends = SpecialNames.Resolve(this);
        SpecialNames.SetStripping(this, file);
    }

    public int Count => Texts.Length;

    /// <summary>As the vocabulary writes them; not always valid UTF-8.</summary>
    public byte[][] Texts { get; }

    /// <summary>How much each token is worth in merging; absent where merges are ranked.</summary>
    public float[]? Scores { get; }

    public TokenAttributes[] Attributes { get; }

    /// <summary>In bytes.</summary>
    public int LongestText { get; }

    /// <param name="file">What the file says.</param>
    /// <param name="defaults">Special tokens of this kind of vocabulary where the file names none.</param>
    /// <param name="vocabulary">The vocabulary.</param>
    /// <param name="fault">Lists of different lengths.</param>
    public static bool TryCreate(
        VocabularyFile file,
        IReadOnlyDictionary<string, int> defaults,
        [NotNullWhen(true)] out Vocabulary? vocabulary,
        [NotNullWhen(false)] out EngineFault? fault)
    {
        vocabulary = null;
        if (file.Types is { } types && types.Length < file.Tokens.Length)
        {
            fault = Short("tokenizer.ggml.token_type", types.Length, file.Tokens.Length);
            return false;
        }

        if (file.Scores is { } scores && scores.Length < file.Tokens.Length)
        {
            fault = Short("tokenizer.ggml.scores", scores.Length, file.Tokens.Length);
            return false;
        }

        vocabulary = new(file, defaults);
        fault = null;
        return true;
    }

    /// <summary>The token with this text; -1 without one.</summary>
    public int Find(ReadOnlySpan<byte> text) => text.Length <= LongestText ? _ids.Find(text) : -1;

    /// <summary>A special token by its key (<c>bos</c>, <c>eos</c>, <c>unknown</c>, ...).</summary>
    public int? Special(string key) => _special.TryGetValue(key, out var id) ? id : null;

    public void SetSpecial(string key, int id) => _special[key] = id;

    public bool EndsGeneration(int token) => _ends.Contains(token);

    public bool Is(int token, TokenAttributes attributes) => (Attributes[token] & attributes) != 0;

    private static TokenAttributes AttributesOf(int type) => type switch
    {
        1 => TokenAttributes.Normal,
        2 => TokenAttributes.Unknown,
        3 => TokenAttributes.Control,
        4 => TokenAttributes.UserDefined,
        5 => TokenAttributes.Unused,
        6 => TokenAttributes.Byte,
        _ => TokenAttributes.None,
    };

    /// <summary>As llama.cpp reads them: a text ends at its first NUL, and one that is empty gets a name.</summary>
    private static byte[][] Named(byte[][] texts) =>
        texts.Any(text => text.Length == 0 || text.Contains((byte)0)) ? [.. texts.Select(Named)] : texts;

    private static byte[] Named(byte[] text, int id)
    {
        var end = text.AsSpan().IndexOf((byte)0);
        return (end < 0 ? text.Length : end) == 0 ? Encoding.UTF8.GetBytes($"[EMPTY_{id}]") : end < 0 ? text : text[..end];
    }

    private static EngineFault Short(string key, int has, int tokens) => new(
        EngineFaultKind.InvalidFile,
        $"The file's {key} has {has} entries for {tokens} tokens: the file is damaged or was converted wrongly; convert or download it again.");

    private void ReadSpecial(VocabularyFile file, IReadOnlyDictionary<string, int> defaults)
    {
        foreach (var (key, id) in defaults)
        {
            if (id < Count)
            {
                _special[key] = id;
            }
        }

        foreach (var (key, id) in file.SpecialTokens)
        {
            // An id outside of the vocabulary leaves the default, as llama.cpp does.
            if (id >= 0 && id < Count)
            {
                _special[key switch { "prefix" => "fim_pre", "suffix" => "fim_suf", "middle" => "fim_mid", _ => key }] = (int)id;
            }
        }
    }
}
