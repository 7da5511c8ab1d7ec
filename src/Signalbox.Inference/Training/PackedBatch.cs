namespace Signalbox.Inference.Training;

/// <summary>Sequences of different lengths behind each other, without padding: layers see rows of tokens, attention stays within a sequence.</summary>
/// <param name="Tokens">Of all sequences.</param>
/// <param name="Targets">What should follow each token; <see cref="NoTarget"/> where nothing is learned from.</param>
/// <param name="Weights">How much each target counts, 1 for usual; the loss is the weighted mean.</param>
/// <param name="Starts">Where each sequence starts; one more at the end, which is the number of tokens.</param>
internal sealed record PackedBatch(int[] Tokens, int[] Targets, float[] Weights, int[] Starts)
{
    public const int NoTarget = -1;
}
