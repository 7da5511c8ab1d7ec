using System.Diagnostics.CodeAnalysis;
using Signalbox.Inference.Gguf;

namespace Signalbox.Inference.Tokenization;

/// <summary>What a file says about its vocabulary (the <c>tokenizer.ggml.*</c> keys), before any default is applied.</summary>
internal sealed class VocabularyFile
{
    private static readonly string[] SpecialKeys =
    [
        "bos", "eos", "eot", "eom", "unknown", "seperator", "padding", "mask",
        "fim_pre", "fim_suf", "fim_mid", "fim_pad", "fim_rep", "fim_sep", "prefix", "suffix", "middle",
    ];

    private static readonly string[] SwitchKeys =
    [
        "add_bos_token", "add_eos_token", "add_space_prefix", "remove_extra_whitespaces", "normalizer.lowercase", "normalizer.strip_accents",
    ];

    /// <summary>The kind of vocabulary: <c>llama</c>, <c>gpt2</c>, <c>bert</c>, <c>t5</c>.</summary>
    public required string Model { get; init; }

    /// <summary>The rule that splits text into words before merging; only for <c>gpt2</c>.</summary>
    public string? Pre { get; init; }

    /// <summary>The model's own name; some names change how special tokens take the spaces beside them.</summary>
    public string Name { get; init; } = "";

    public string Architecture { get; init; } = "";

    public required byte[][] Tokens { get; init; }

    public float[]? Scores { get; init; }

    public int[]? Types { get; init; }

    public byte[][]? Merges { get; init; }

    /// <summary>The replacements of the text normalizer, a packed trie; only for <c>t5</c>.</summary>
    public byte[]? CharacterMap { get; init; }

    /// <summary>Special tokens by the first part of their key: <c>bos</c>, <c>eos</c>, <c>unknown</c>, ...</summary>
    public Dictionary<string, long> SpecialTokens { get; init; } = [];

    /// <summary>Switches by key without <c>tokenizer.ggml.</c>: <c>add_bos_token</c>, <c>add_space_prefix</c>, ...</summary>
    public Dictionary<string, bool> Switches { get; init; } = [];

    public static bool TryRead(GgufMetadata metadata, [NotNullWhen(true)] out VocabularyFile? file, [NotNullWhen(false)] out EngineFault? fault)
    {
        file = null;
        if (!metadata.TryGetString("tokenizer.ggml.model", out var model))
        {
            fault = new(EngineFaultKind.InvalidFile, "The file has no tokenizer (tokenizer.ggml.model is missing): convert the model again with its tokenizer.");
            return false;
        }

        if (!metadata.TryGetStrings("tokenizer.ggml.tokens", out var tokens) || tokens.Length == 0)
        {
            fault = new(EngineFaultKind.InvalidFile, "The file has no vocabulary (tokenizer.ggml.tokens is missing or empty): convert the model again with its tokenizer.");
            return false;
        }

        file = new()
        {
            Model = model,
            Pre = metadata.TryGetString("tokenizer.ggml.pre", out var pre) ? pre : null,
            Name = metadata.TryGetString("general.name", out var name) ? name : "",
            Architecture = metadata.TryGetString("general.architecture", out var architecture) ? architecture : "",
            Tokens = tokens,
            Scores = ReadScores(metadata),
            Types = metadata.TryGetInts("tokenizer.ggml.token_type", out var types) ? types : null,
            Merges = metadata.TryGetStrings("tokenizer.ggml.merges", out var merges) ? merges : null,
            CharacterMap = metadata.TryGetInts("tokenizer.ggml.precompiled_charsmap", out var map) ? [.. map.Select(value => (byte)value)] : null,
        };
        ReadChoices(metadata, file);
        fault = null;
        return true;
    }

    private static float[]? ReadScores(GgufMetadata metadata)
    {
        if (metadata.TryGetFloats("tokenizer.ggml.scores", out var scores))
        {
            return scores;
        }

        return metadata.TryGetInts("tokenizer.ggml.scores", out var whole) ? [.. whole.Select(value => (float)value)] : null;
    }

    private static void ReadChoices(GgufMetadata metadata, VocabularyFile file)
    {
        foreach (var key in SpecialKeys)
        {
            if (metadata.TryGetInt($"tokenizer.ggml.{key}_token_id", out var id))
            {
                file.SpecialTokens[key] = id;
            }
        }

        foreach (var key in SwitchKeys)
        {
            if (metadata.TryGetBool($"tokenizer.ggml.{key}", out var value))
            {
                file.Switches[key] = value;
            }
        }
    }
}
