using System.Text;

namespace Signalbox.Inference.Tokenization;

/// <summary>
/// Special tokens that files do not mark: known by their text, as llama.cpp (v0.5.0) knows them. A token that is found by its text counts as a control token.
/// </summary>
internal static class SpecialNames
{
    private static readonly string[] EndOfTurn =
    [
        "<|eot_id|>", "<|im_end|>", "<|end|>", "<end_of_turn>", "<|endoftext|>", "<|end_of_text|>", "<EOT>", "_<EOT>", "[EOT]",
        "<｜end▁of▁sentence｜>", "<end_of_utterance>",
    ];

    private static readonly string[] MoreEnds =
    [
        "<|return|>", "<|call|>", "<|flush|>", "<|calls|>", "</s>", "<|eom_id|>", "[EOS]", "<eos>", "<turn|>", "<|tool_response>", "[e~[",
    ];

    /// <summary>Rooms of a fill-in-the-middle prompt by key, those that end an answer last.</summary>
    private static readonly (string Key, string[] Names)[] FillInTheMiddle =
    [
        ("eom", ["<|eom_id|>"]),
        ("fim_pre", ["<|fim_prefix|>", "<fim-prefix>", "<fim_prefix>", "<｜fim▁begin｜>", "<PRE>", "▁<PRE>", "<|code_prefix|>", "<|prefix|>"]),
        ("fim_suf", ["<|fim_suffix|>", "<fim-suffix>", "<fim_suffix>", "<｜fim▁hole｜>", "<SUF>", "▁<SUF>", "<|code_suffix|>", "<|suffix|>"]),
        ("fim_mid", ["<|fim_middle|>", "<fim-middle>", "<fim_middle>", "<｜fim▁end｜>", "<MID>", "▁<MID>", "<|code_middle|>", "<|middle|>"]),
        ("fim_pad", ["<|fim_pad|>", "<fim-pad>", "<fim_pad>", "<PAD>", "[PAD]"]),
        ("fim_rep", ["<|fim_repo|>", "<|repo_name|>", "<fim-repo>", "<REPO>", "<reponame>"]),
        ("fim_sep", ["<|file_sep|>"]),
    ];

    private static readonly string[] AlwaysShown = ["<|channel|>", "<|message|>", "<|start|>", "<|constrain|>"];

    /// <summary>Completes the special tokens of a vocabulary and returns the tokens that end an answer.</summary>
    public static HashSet<int> Resolve(Vocabulary vocabulary)
    {
        FindByName(vocabulary, "eot", EndOfTurn);
        foreach (var (key, names) in FillInTheMiddle)
        {
            FindByName(vocabulary, key, names);
        }

        var ends = new HashSet<int>();
        Add(ends, vocabulary, "fim_pad");
        Add(ends, vocabulary, "fim_rep");
        Add(ends, vocabulary, "fim_sep");
        foreach (var name in (ReadOnlySpan<string>)[.. EndOfTurn, .. MoreEnds])
        {
            if (Find(vocabulary, name) is { } id)
            {
                ends.Add(id);
                vocabulary.Attributes[id] |= TokenAttributes.Control;
            }
        }

        foreach (var name in AlwaysShown)
        {
            if (Find(vocabulary, name) is { } id)
            {
                vocabulary.Attributes[id] = TokenAttributes.UserDefined;
            }
        }

        Add(ends, vocabulary, "eos");
        Add(ends, vocabulary, "eot");
        Add(ends, vocabulary, "eom");
        TakeBack(vocabulary, ends);
        return ends;
    }

    /// <summary>Phi-3's special tokens take the white space after them, and some encoders' mask the white space before it.</summary>
    public static void SetStripping(Vocabulary vocabulary, VocabularyFile file)
    {
        var pre = file.Pre ?? "";
        var name = file.Name.ToLowerInvariant();
        if (pre.Contains("jina-v2-de") || pre.Contains("jina-v2-es") || pre.Contains("jina-v2-code")
            || file.Architecture.Contains("nomic-bert-moe") || file.Architecture.Contains("jina-bert-v3"))
        {
            Change(vocabulary, "<mask>", TokenAttributes.StripsLeft, true);
        }
        else if (name.Contains("phi-3") || name.Contains("phi3"))
        {
            for (var id = 0; id < vocabulary.Count; id++)
            {
                if ((vocabulary.Attributes[id] & (TokenAttributes.Control | TokenAttributes.UserDefined | TokenAttributes.Unknown)) != 0)
                {
                    vocabulary.Attributes[id] |= TokenAttributes.StripsRight;
                }
            }

            Change(vocabulary, "</s>", TokenAttributes.StripsRight, true);
            Change(vocabulary, "<unk>", TokenAttributes.StripsRight, false);
            Change(vocabulary, "<s>", TokenAttributes.StripsRight, false);
            Change(vocabulary, "<|endoftext|>", TokenAttributes.StripsRight, false);
        }
        else if (name.Contains("modern-bert"))
        {
            Change(vocabulary, "[MASK]", TokenAttributes.StripsLeft, true);
        }
    }

    private static void FindByName(Vocabulary vocabulary, string key, string[] names)
    {
        if (vocabulary.Special(key) is not null)
        {
            return;
        }

        foreach (var name in names)
        {
            if (Find(vocabulary, name) is { } id)
            {
                vocabulary.SetSpecial(key, id);
                vocabulary.Attributes[id] |= TokenAttributes.Control;
                return;
            }
        }
    }

    /// <summary>Formats in which a usual end token is only a part of the answer: harmony and solar-open (<c>&lt;|end|&gt;</c>), gemma 4 (<c>&lt;/s&gt;</c>).</summary>
    private static void TakeBack(Vocabulary vocabulary, HashSet<int> ends)
    {
        bool Has(string name) => Find(vocabulary, name) is { } id && ends.Contains(id);
        var calls = Has("<|call|>") || Has("<|calls|>");
        if (calls && (Has("<|return|>") || Has("<|flush|>")) && Find(vocabulary, "<|end|>") is { } end && ends.Remove(end))
        {
            vocabulary.Attributes[end] = TokenAttributes.UserDefined;
        }

        if (Has("<|tool_response>") && Find(vocabulary, "</s>") is { } close && ends.Remove(close))
        {
            vocabulary.Attributes[close] = TokenAttributes.Normal;
        }
    }

    private static void Add(HashSet<int> ends, Vocabulary vocabulary, string key)
    {
        if (vocabulary.Special(key) is { } id)
        {
            ends.Add(id);
        }
    }

    private static void Change(Vocabulary vocabulary, string name, TokenAttributes attribute, bool value)
    {
        if (Find(vocabulary, name) is { } id)
        {
            vocabulary.Attributes[id] = value ? vocabulary.Attributes[id] | attribute : vocabulary.Attributes[id] & ~attribute;
        }
    }

    private static int? Find(Vocabulary vocabulary, string name)
    {
        var id = vocabulary.Find(Encoding.UTF8.GetBytes(name));
        return id < 0 ? null : id;
    }
}
