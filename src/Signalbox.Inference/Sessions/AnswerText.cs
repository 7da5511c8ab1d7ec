using Signalbox.Inference.Sampling;
using Signalbox.Inference.Tokenization;

namespace Signalbox.Inference.Sessions;

/// <summary>
/// The text of one answer, as its tokens come, up to a stop text. The reader of an answer has one; where there are stop texts, the engine has
/// its own that sees the same tokens, so that both know when the answer ends.
/// </summary>
internal sealed class AnswerText(Tokenizer tokenizer, IReadOnlyList<string> stopTexts)
{
    private readonly StreamingDetokenizer _detokenizer = new(tokenizer);
    private readonly StopTextMatcher _stops = new(stopTexts);

    /// <summary>The stop text that ended the answer.</summary>
    public string? Stop => _stops.Stop;

    /// <summary>Text that is whole now and cannot be part of a stop text.</summary>
    public string Append(int token) => _stops.Append(_detokenizer.Append(token));

    /// <summary>What was held back, where no stop text came.</summary>
    public string Flush() => _stops.Stop is not null ? "" : _stops.Append(_detokenizer.Flush()) + _stops.Flush();
}
