namespace Signalbox.Catalog;

/// <summary>How a caller says how much a model is to think before it answers.</summary>
public enum ReasoningKind
{
    /// <summary>The model does not think, or nothing about it can be said in a request.</summary>
    None,
    /// <summary>One word, e.g. OpenAI's <c>reasoning_effort</c>.</summary>
    Effort,
    /// <summary>A number of tokens: Claude up to 4.5, Gemini 2.5.</summary>
    Budget,
    /// <summary>The model decides, steered by an effort word: Claude 4.6 and later.</summary>
    Adaptive,
    /// <summary>Gemini 3's <c>thinkingLevel</c>.</summary>
    Level,
    /// <summary>On or off, nothing between.</summary>
    Toggle,
    /// <summary>The model always thinks and takes no word about it.</summary>
    Always,
}
