using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Unicode;
using Signalbox.Inference.Gguf;
using Signalbox.Inference.Grammars;

namespace Signalbox.Inference.Tokenization;

/// <summary>Text to tokens and back, from the vocabulary of a file.</summary>
internal abstract class Tokenizer
{
    private string?[]? _texts;

    public static bool TryCreate(GgufMetadata metadata, [NotNullWhen(true)] out Tokenizer? tokenizer, [NotNullWhen(false)] out EngineFault? fault)
    {
        tokenizer = null;
        return VocabularyFile.TryRead(metadata, out var file, out fault) && TryCreate(file, out tokenizer, out fault);
    }

    /// <summary>From what a file says about its vocabulary, which may come from elsewhere.</summary>
    public static bool TryCreate(VocabularyFile file, [NotNullWhen(true)] out Tokenizer? tokenizer, [NotNullWhen(false)] out EngineFault? fault)
    {
        switch (file.Model)
        {
            case "llama":
                return SentencePieceTokenizer.TryBuild(file, out tokenizer, out fault);
            case "gpt2":
                return ByteLevelTokenizer.TryBuild(file, out tokenizer, out fault);
            case "bert":
                return WordPieceTokenizer.TryBuild(file, out tokenizer, out fault);
            default:
                tokenizer = null;
                fault = new(
                    EngineFaultKind.Unsupported,
                    $"The file's tokenizer (tokenizer.ggml.model) is '{file.Model}', which this engine does not have. Use a model with one of: bert, gpt2, llama.");
                return false;
        }
    }

    private TokenTrie? _trie;

    public abstract int VocabularySize { get; }

    /// <summary>All tokens by their bytes, for grammars; built when first asked for.</summary>
    public TokenTrie Trie => LazyInitializer.EnsureInitialized(ref _trie, () => new TokenTrie(this));

    /// <summary>Begin of text, where the model has one.</summary>
    public abstract int? BeginOfText { get; }

    /// <summary>Whether a prompt starts with <see cref="BeginOfText"/>.</summary>
    public abstract bool AddsBeginOfText { get; }

    /// <summary>Whether encoding puts a space before a text, so that decoding drops the first one.</summary>
    public virtual bool StartsWithSpace => false;

    /// <summary>End of text.</summary>
    public abstract int? EndOfText { get; }

    /// <summary>Every token that ends an answer: end of text, end of turn.</summary>
    public abstract bool EndsGeneration(int token);

    /// <summary>Control tokens have no text in an answer.</summary>
    public abstract bool IsControl(int token);

    /// <summary>Appends the tokens of a text.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="tokens">Where they go.</param>
    /// <param name="parseSpecial">Whether the text of a control token becomes that token; user-defined tokens always do.</param>
    /// <param name="addSpecial">Whether begin (and end) of text are added where the model wants them.</param>
    public abstract void Encode(ReadOnlySpan<char> text, List<int> tokens, bool parseSpecial, bool addSpecial);

    /// <summary>The bytes that a token stands for inside a text; empty for control tokens. Not every token is valid UTF-8 by itself.</summary>
    public abstract ReadOnlySpan<byte> BytesOf(int token);

    /// <summary>The token's text as the vocabulary writes it, control tokens included; null outside of the vocabulary.</summary>
    public abstract string? NameOf(int token);

    /// <summary>The token that has this name.</summary>
    public abstract int? Find(string name);

    /// <summary>The text of a token whose bytes are whole characters, made once; null for others.</summary>
    public string? WholeTextOf(int token)
    {
        // Two threads may both make an array or a string; either is right.
        var texts = _texts ??= new string?[VocabularySize];
        if ((uint)token >= (uint)texts.Length)
        {
            return null;
        }

        if (texts[token] is { } known)
        {
            return known;
        }

        var bytes = BytesOf(token);
        return Utf8.IsValid(bytes) ? texts[token] = Encoding.UTF8.GetString(bytes) : null;
    }
}
