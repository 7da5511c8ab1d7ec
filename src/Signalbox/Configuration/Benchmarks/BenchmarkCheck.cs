using Signalbox.Benchmarking;
using Signalbox.Configuration.Fields;

namespace Signalbox.Configuration.Benchmarks;

/// <summary>Checks the section <c>benchmark</c>. Names of models are not judged: versions may be registered later.</summary>
internal static class BenchmarkCheck
{
    private static readonly ConfigPath Section = ConfigPath.Root.Field("benchmark");

    public static void Check(BenchmarkConfig config, ConfigReading reading)
    {
        if (config.MaxShare <= 0 && !reading.HasErrorAt(Section.Field("maxShare")))
        {
            reading.Error(Section.Field("maxShare"), "must be more than 0; switch benchmarks off with \"enabled\": false");
        }

        if (config.Models.Count > BenchmarkPlan.MostModels)
        {
            reading.Error(Section.Field("models"), $"has {config.Models.Count} models; at most {BenchmarkPlan.MostModels} can be compared");
        }

        if (config.Prompts is { } file && !File.Exists(file))
        {
            reading.Warn(Section.Field("prompts"), $"there is no file {Words.Quote(file)}; no benchmark can run without it");
        }
    }
}
