using Signalbox.Inference.Sampling;

namespace Signalbox.Inference.Training.Calibration;

/// <summary>A question whose right answer is known.</summary>
/// <param name="Line">Of the file, from 1.</param>
/// <param name="Text">What is asked.</param>
/// <param name="Expected">The topic, for a model that names topics; otherwise the answer, word for word.</param>
internal sealed record CalibrationQuestion(int Line, string Text, string Expected)
{
    /// <summary>What the answer has to be besides its topic, word for word; null where the topic says it all.</summary>
    public string? Answer { get; init; }

    /// <summary>The question whose answer, the model's own, this one follows; null where it is the first.</summary>
    public string? Before { get; init; }
}

/// <summary>A question with what the model said.</summary>
/// <param name="Question">What was asked.</param>
/// <param name="Said">The topic named, or the answer; empty for none.</param>
/// <param name="Right">Whether that is the right one.</param>
/// <param name="Features">Null for an answer without tokens, which comes without a confidence.</param>
internal sealed record JudgedAnswer(CalibrationQuestion Question, string Said, bool Right, ConfidenceFeatures? Features);
