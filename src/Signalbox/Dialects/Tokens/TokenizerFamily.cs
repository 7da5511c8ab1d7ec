namespace Signalbox.Dialects.Tokens;

/// <summary>Tokenizers that cut text alike.</summary>
internal enum TokenizerFamily
{
    /// <summary>OpenAI's since gpt-4o; also what stands for a tokenizer that nothing is known about.</summary>
    O200k,
    /// <summary>OpenAI's gpt-3.5 and gpt-4.</summary>
    Cl100k,
    Claude,
    /// <summary>Gemini and Gemma.</summary>
    Gemini,
    /// <summary>Llama 3 and later.</summary>
    Llama,
    /// <summary>SentencePiece vocabularies of about 32,000: Llama 2, Mistral.</summary>
    SentencePiece,
    Qwen,
    /// <summary>gpt-oss: cuts text as <see cref="O200k"/>, but frames it in a format of its own.</summary>
    Harmony,
    /// <summary>Cuts text much as <see cref="O200k"/>; tools are explained at length.</summary>
    DeepSeek,
    /// <summary>Cuts text much as <see cref="O200k"/>.</summary>
    Grok,
}

/// <summary>Which tokenizer a model's name speaks for.</summary>
internal static class TokenizerFamilies
{
    private static readonly (string Part, TokenizerFamily Family)[] Names =
    [
        ("claude", TokenizerFamily.Claude),
        ("gemini", TokenizerFamily.Gemini),
        ("gemma", TokenizerFamily.Gemini),
        ("gpt-oss", TokenizerFamily.Harmony),
        ("deepseek", TokenizerFamily.DeepSeek),
        ("grok", TokenizerFamily.Grok),
        ("gpt-3.5", TokenizerFamily.Cl100k),
        ("gpt-35", TokenizerFamily.Cl100k),
        ("gpt-4o", TokenizerFamily.O200k),
        ("gpt-4.", TokenizerFamily.O200k),
        ("gpt-4", TokenizerFamily.Cl100k),
        ("text-embedding", TokenizerFamily.Cl100k),
        ("gpt", TokenizerFamily.O200k),
        ("qwen", TokenizerFamily.Qwen),
        ("qwq", TokenizerFamily.Qwen),
        ("llama2", TokenizerFamily.SentencePiece),
        ("llama-2", TokenizerFamily.SentencePiece),
        ("mistral-7b", TokenizerFamily.SentencePiece),
        ("mixtral", TokenizerFamily.SentencePiece),
        ("llama", TokenizerFamily.Llama),
    ];

    /// <summary>The family by a model's name, e.g. <c>meta-llama/Llama-3.3-70B-Instruct</c>; <see cref="TokenizerFamily.O200k"/> where the name says nothing.</summary>
    public static TokenizerFamily OfModel(string model)
    {
        foreach (var (part, family) in Names)
        {
            if (model.Contains(part, StringComparison.OrdinalIgnoreCase))
            {
                return family;
            }
        }

        return TokenizerFamily.O200k;
    }
}
