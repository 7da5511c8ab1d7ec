using Signalbox.Inference.Gguf;

namespace Signalbox.Inference.Sampling;

/// <summary>How a file wants its model to be sampled where nobody says otherwise, under llama.cpp's keys <c>general.sampling.*</c>.</summary>
internal static class SamplingDefaults
{
    private const string Section = "general.sampling.";

    /// <summary>The file's word where it has one that can be used, the usual defaults elsewhere.</summary>
    public static SamplingOptions Read(GgufMetadata metadata)
    {
        var usual = new SamplingOptions();
        return new SamplingOptions
        {
            Temperature = Number("temp", 0, 100) ?? usual.Temperature,
            TopK = Whole("top_k") ?? usual.TopK,
            TopP = Number("top_p", 0, 1) ?? usual.TopP,
            MinP = Number("min_p", 0, 1) ?? usual.MinP,
            RepetitionPenalty = Number("penalty_repeat", 0.01f, 100) ?? usual.RepetitionPenalty,
            PenaltyWindow = Whole("penalty_last_n") ?? usual.PenaltyWindow,
        };

        float? Number(string name, float least, float most) =>
            metadata.TryGetFloat(Section + name, out var value) && value >= least && value <= most ? value : null;

        int? Whole(string name) => metadata.TryGetInt(Section + name, out var value) && value is >= 0 and <= 1 << 20 ? (int)value : null;
    }
}
