using Signalbox.Inference.Gguf;
using Signalbox.Inference.Tokenization;

namespace Signalbox.Inference.Training.Vocabularies;

/// <summary>A byte-level vocabulary that was trained here: 256 bytes, what merges make of them, then control tokens.</summary>
/// <param name="Tokens">In GPT-2's byte alphabet; control tokens as they are written.</param>
/// <param name="Merges">Pairs of tokens in the order in which they merge.</param>
/// <param name="ControlStart">The first control token; the rest are control tokens too.</param>
internal sealed record TrainedVocabulary(IReadOnlyList<byte[]> Tokens, IReadOnlyList<(int Left, int Right)> Merges, int ControlStart)
{
    /// <summary>The rule that splits text into words before merging.</summary>
    public const string SplitRule = "gpt-2";

    private const int NormalType = 1;
    private const int ControlType = 3;

    /// <summary>The metadata that makes a file's tokenizer this one.</summary>
    /// <param name="writer">Gets the keys <c>tokenizer.ggml.*</c> and <c>tokenizer.chat_template</c>.</param>
    /// <param name="end">The control token that ends a turn; it is also the end and the begin of text, which no prompt gets by itself.</param>
    /// <param name="chatTemplate">Jinja.</param>
    public GgufWriter WriteTo(GgufWriter writer, int end, string chatTemplate) => writer
        .Set("tokenizer.ggml.model", "gpt2")
        .Set("tokenizer.ggml.pre", SplitRule)
        .Set("tokenizer.ggml.tokens", Tokens)
        .Set("tokenizer.ggml.token_type", Types())
        .Set("tokenizer.ggml.merges", MergeTexts())
        .Set("tokenizer.ggml.bos_token_id", (uint)end)
        .Set("tokenizer.ggml.eos_token_id", (uint)end)
        .Set("tokenizer.ggml.eot_token_id", (uint)end)
        .Set("tokenizer.ggml.add_bos_token", false)
        .Set("tokenizer.ggml.add_eos_token", false)
        .Set("tokenizer.chat_template", chatTemplate);

    /// <summary>The engine's tokenizer of this vocabulary.</summary>
    public Tokenizer CreateTokenizer(int end)
    {
        var file = new VocabularyFile
        {
            Model = "gpt2",
            Pre = SplitRule,
            Architecture = "llama",
            Tokens = [.. Tokens],
            Types = Types(),
            Merges = MergeTexts(),
            SpecialTokens = new() { ["bos"] = end, ["eos"] = end, ["eot"] = end },
            Switches = new() { ["add_bos_token"] = false, ["add_eos_token"] = false },
        };
        return Tokenizer.TryCreate(file, out var tokenizer, out var fault) ? tokenizer : throw new InvalidOperationException(fault.Message);
    }

    private int[] Types() => [.. Enumerable.Range(0, Tokens.Count).Select(id => id < ControlStart ? NormalType : ControlType)];

    private byte[][] MergeTexts() => [.. Merges.Select(merge => (byte[])[.. Tokens[merge.Left], (byte)' ', .. Tokens[merge.Right]])];
}
