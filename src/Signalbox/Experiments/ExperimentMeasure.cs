namespace Signalbox.Experiments;

/// <summary>What arms are compared by.</summary>
internal enum ExperimentMeasure
{
    Feedback,
    Errors,
    Latency,
    Ttft,
    Cost,
}

/// <summary>Measures in the words of the configuration and of answers.</summary>
internal static class ExperimentMeasures
{
    /// <summary>What decides when the configuration does not say: feedback where there is some, else errors, else latency.</summary>
    public const string Auto = "auto";

    public static readonly ExperimentMeasure[] All = [ExperimentMeasure.Feedback, ExperimentMeasure.Errors, ExperimentMeasure.Latency, ExperimentMeasure.Ttft, ExperimentMeasure.Cost];

    /// <summary>What <c>experiment.metric</c> may be.</summary>
    public static readonly string[] Words = [Auto, "feedback", "errors", "latency", "ttft", "cost"];

    public static string Word(ExperimentMeasure measure) => Words[(int)measure + 1];

    /// <summary>The measures that can decide under this word.</summary>
    public static ExperimentMeasure[] Deciding(string metric) => Array.IndexOf(Words, metric) is > 0 and var place
        ? [(ExperimentMeasure)(place - 1)]
        : [ExperimentMeasure.Feedback, ExperimentMeasure.Errors, ExperimentMeasure.Latency];

    /// <summary>Times are compared by their logarithms, so that a few slow answers do not hide what is usual: by ratios.</summary>
    public static bool IsRatio(ExperimentMeasure measure) => measure is ExperimentMeasure.Latency or ExperimentMeasure.Ttft;
}

/// <summary>What is shown about an arm beside the control.</summary>
internal enum ExperimentVerdict
{
    NotYet,
    Winner,
    Loser,
}
