using System.Collections.Frozen;

namespace Signalbox.Inference.Tokenization.PreTokenization;

/// <summary>A model family's way to split text, and what else goes by the same name.</summary>
/// <param name="Stages">Applied in turn, each to the pieces of the one before.</param>
internal sealed record SplitRule(params SplitStage[] Stages)
{
    /// <summary>Whether a word that is a token is taken as it is, whatever its merges would give.</summary>
    public bool PrefersWholeWords { get; init; }

    /// <summary>Whether texts begin with begin-of-text where the file does not say.</summary>
    public bool AddsBeginOfText { get; init; }

    /// <summary>Whether token 11 is begin-of-text where the file names none.</summary>
    public bool HasDefaultBeginOfText { get; init; } = true;
}

/// <summary>The split rules by the names that files use for them (<c>tokenizer.ggml.pre</c>).</summary>
internal static class SplitRules
{
    /// <summary>The name for files that give none.</summary>
    public const string Default = "default";

    /// <summary>The letters of DeepSeek LLM's rule: Latin, Greek, Cyrillic and other scripts with case, as first and last characters.</summary>
    private const string DeepSeekLetters =
        "AZaz\u00B5\u00B5\u00C0\u00D6\u00D8\u00F6\u00F8\u01BA\u01BC\u01BF\u01C4\u0293\u0295\u02AF\u0370\u0373\u0376\u0376\u0377\u0377\u037B\u037D" +
        "\u037F\u037F\u0386\u0386\u0388\u038A\u038C\u038C\u038E\u03A1\u03A3\u03F5\u03F7\u0481\u048A\u052F\u0531\u0556\u10A0\u10C5\u13A0\u13F5" +
        "\u13F8\u13FD\u1C90\u1CBA\u1CBD\u1CBF\u1D00\u1D2B\u1D6B\u1D77\u1D79\u1D9A\u1E00\u1F15\u1F18\u1F1D\u1F20\u1F45\u1F48\u1F4D\u1F50\u1F57" +
        "\u1F59\u1F59\u1F5B\u1F5B\u1F5D\u1F5D\u1F5F\u1F7D\u1F80\u1FB4\u1FB6\u1FBC\u1FBE\u1FBE\u1FC2\u1FC4\u1FC6\u1FCC\u1FD0\u1FD3\u1FD6\u1FDB" +
        "\u1FE0\u1FEC\u1FF2\u1FF4\u1FF6\u1FFC\u2102\u2102\u2107\u2107\u210A\u2113\u2115\u2115\u2119\u211D\u2124\u2124\u2126\u2126\u2128\u2128" +
        "\u212A\u212D\u212F\u2134\u2139\u2139\u213C\u213F\u2145\u2149\u214E\u214E\u2183\u2183\u2184\u2184\u2C00\u2C7B\u2C7E\u2CE4\u2CEB\u2CEE" +
        "\u2CF2\u2CF2\u2CF3\u2CF3\uA640\uA66D\uA680\uA69B\uA722\uA76F\uA771\uA787\uA78B\uA78E\uAB70\uABBF\uFB00\uFB06\uFB13\uFB17\uFF21\uFF3A" +
        "\uFF41\uFF5A\U00010400\U0001044F\U000104B0\U000104D3\U000104D8\U000104FB\U00010C80\U00010CB2\U00010CC0\U00010CF2\U000118A0\U000118DF" +
        "\U0001E900\U0001E943";

    private static readonly CodePointSet Number = new(CharacterClass.Number);
    private static readonly CodePointSet AsciiDigit = new(CharacterClass.None, "09");
    private static readonly CodePointSet LineEnd = new(CharacterClass.None, "\r\r\n\n");
    private static readonly CodePointSet Cjk = new(CharacterClass.None, "一龥\u0800一가\uD7FF");
    private static readonly CodePointSet CjkAndKana = new(CharacterClass.None, "一龥\u3040\u309F\u30A0\u30FF");
    private static readonly SplitStage Gpt = new GptWordStage();
    private static readonly SplitStage EachNumber = new RunStage(Number, longest: 1);
    private static readonly SplitStage ThreeNumbers = new RunStage(Number, longest: 3);
    private static readonly SplitStage ThreeDigits = new RunStage(AsciiDigit, longest: 3, shortest: 3);
    private static readonly SplitStage WordRun = new RunStage(new(CharacterClass.Space, "((||..,,!!??……。。，，、、।।۔۔،،))", inverted: true), prefix: RunPrefix.Space);

    private static readonly FrozenDictionary<string, SplitRule> ByName = MakeRules();

    public static IEnumerable<string> Names => ByName.Keys.Order(StringComparer.Ordinal);

    public static SplitRule? Find(string name) => ByName.GetValueOrDefault(name);

    private static FrozenDictionary<string, SplitRule> MakeRules()
    {
        Dictionary<string, SplitRule> rules = [];
        void Add(SplitRule rule, params ReadOnlySpan<string> names)
        {
            foreach (var name in names)
            {
                rules.Add(name, rule);
            }
        }

        AddGpt(Add);
        AddModern(Add);
        AddOthers(Add);
        return rules.ToFrozenDictionary();
    }

    private static void AddGpt(Adder add)
    {
        add(
            new(new RunStage(new(CharacterClass.Punctuation, "$$++<<==>>^^~~||")), Gpt, new RunStage(Number), ThreeDigits),
            Default);
        add(
            new(Gpt),
            "gpt-2", "phi-2", "mpt", "olmo", "jais", "trillion", "granite-docling", "jina-es", "jina-de", "gigachat", "jina-v2-es", "jina-v2-de", "jina-v1-en",
            "jina-v2-code", "roberta-bpe", "a.x-4.0", "mellum", "modern-bert", "exaone4");
        add(
            new(EachNumber, Gpt),
            "starcoder", "refact", "command-r", "smollm", "codeshell", "exaone", "minerva-7b", "mellum2");
        add(new(new RunStage(new(CharacterClass.Punctuation, "$$++<<==>>^^~~||``")), Gpt, ThreeDigits), "falcon");
    }

    private static void AddModern(Adder add)
    {
        var three = new ModernWordStage();
        var one = new ModernWordStage { Digits = 1 };
        add(
            new(three) { PrefersWholeWords = true, AddsBeginOfText = true },
            "llama3", "llama-v3", "llama-bpe", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2", "jina-v5-nano");
        add(new(three), "dbrx", "smaug-bpe");
        add(new(three) { HasDefaultBeginOfText = false }, "glm4", "chatglm-bpe");
        add(
            new(one),
            "qwen2", "deepseek-r1-qwen", "kormo", "f2llmv2", "megrez", "stablelm2", "hunyuan", "solar-open", "grok-2", "bailingmoe", "bailingmoe2", "llada-moe");
        add(new(new ModernWordStage { Digits = 1, Letters = WordLetters.WithMarks, MarksAreLetters = true }), "qwen35");
        add(new(new ModernWordStage { Digits = 1, Contractions = Contractions.None }), "ufakzeka");
        add(new(new ModernWordStage { Digits = 1, Tail = "" }), "seed-coder");
        add(new(new ModernWordStage { Digits = 1, Letters = WordLetters.AcrossSpaces, Tail = "\r\n/", LongestTail = 1 }), "exaone-moe");
        add(new(new LineStage(), one), "laguna");
        add(new(ThreeNumbers, new ModernWordStage { Digits = int.MaxValue }) { PrefersWholeWords = true }, "minicpm5");
        add(
            new(new ModernWordStage { Digits = 1, Contractions = Contractions.None, Letters = WordLetters.Cased, Tail = "\r\n/" }) { PrefersWholeWords = true, AddsBeginOfText = true },
            "tekken");
        var suffixed = new ModernWordStage { Contractions = Contractions.Suffix, Letters = WordLetters.Cased, Tail = "\r\n/" };
        add(new(suffixed), "gpt-4o", "llama4", "kanana2", "talkie", "minimax-m2");
        add(
            new(new ModernWordStage { Contractions = Contractions.Suffix, Letters = WordLetters.CasedWithMarks, Tail = "\r\n/" }) { PrefersWholeWords = true },
            "granite-embed-multi-97m");
        var marked = new ModernWordStage { Contractions = Contractions.Suffix, Letters = WordLetters.WithMarks, Tail = "\r\n/" };
        add(new(new DigitGroupStage(), marked), "tiny_aya", "cohere2moe");
    }

    private static void AddOthers(Adder add)
    {
        var words = new PunctuationWordStage(keepsLines: true);
        add(new(ThreeNumbers, new RunStage(CjkAndKana), words), "deepseek-v3", "hunyuan-dense", "joyai-llm", "hy_v4");
        add(new(ThreeNumbers, new RunStage(CjkAndKana), new PunctuationWordStage(keepsLines: false), EachNumber), "spark2_5");
        add(
            new(
                new RunStage(LineEnd, longest: 1),
                new RunStage(new(CharacterClass.None, DeepSeekLetters), prefix: RunPrefix.AnySpace),
                new RunStage(new(CharacterClass.None, "!/:~！／：～‘‟\u3000。"), prefix: RunPrefix.AnySpace),
                new TrailingSpaceStage(),
                new RunStage(Cjk),
                new RunStage(Number)),
            "deepseek-llm");
        add(
            new(
                new RunStage(LineEnd, longest: 1),
                new RunStage(new(CharacterClass.Letter), prefix: RunPrefix.AnySpace),
                new RunStage(new(CharacterClass.Punctuation), prefix: RunPrefix.AnySpace),
                new RunStage(Cjk),
                EachNumber),
            "deepseek-coder");
        add(new(WordRun), "poro-chat", "bloom", "gpt3-finnish");
        add(new(WordRun, EachNumber), "viking");
        add(
            new(
                new DigitGroupStage(),
                new RunStage(new(CharacterClass.None, "\u4E00\u9FFF\u3400\u4DBF\u8C48\uFAFF\u3040\u309F\u30A0\u30FF\uFF65\uFF9F\u2F00\u2FDF\u0E40\u0E7F\u0E80\u0EFF\u1780\u17FF\u1000\u109F\uAA60\uAA7F\uA9E0\uA9FF\uAC00\uD7AF\u1100\u11FF")),
                words),
            "afmoe");
    }

    private delegate void Adder(SplitRule rule, params ReadOnlySpan<string> names);
}
