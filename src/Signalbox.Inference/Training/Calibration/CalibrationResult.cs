using System.Diagnostics.CodeAnalysis;
using Signalbox.Inference.Sampling;

namespace Signalbox.Inference.Training.Calibration;

/// <summary>A fitted map, and what it is worth.</summary>
/// <param name="Map">Fitted on all answers.</param>
/// <param name="RawError">Expected calibration error of the answers' mean probability.</param>
/// <param name="FittedError">Of the map, on the answers that it was fitted on.</param>
/// <param name="CrossValidatedError">Of maps that were fitted on four fifths of the answers, on the fifth that each has not seen.</param>
internal sealed record CalibrationResult(ConfidenceMap Map, double RawError, double FittedError, double CrossValidatedError)
{
    /// <summary>Fewer say too little.</summary>
    public const int FewestAnswers = 50;

    private const int Folds = 5;

    /// <param name="judged">Answers; those without tokens are left out.</param>
    /// <param name="result">What was fitted.</param>
    /// <param name="fault">Why nothing can be learned of these answers.</param>
    public static bool TryFit(IEnumerable<JudgedAnswer> judged, [NotNullWhen(true)] out CalibrationResult? result, [NotNullWhen(false)] out EngineFault? fault)
    {
        (ConfidenceFeatures Features, bool Right)[] answers = [.. judged.Where(static answer => answer.Features is not null).Select(static answer => (answer.Features!.Value, answer.Right))];
        result = null;
        fault = Refuse(answers);
        if (fault is not null)
        {
            return false;
        }

        var map = LogisticFit.Fit(answers);
        result = new CalibrationResult(map, Error(answers, ConfidenceMap.NotCalibrated), Error(answers, map), CrossValidate(answers));
        return true;
    }

    private static EngineFault? Refuse((ConfidenceFeatures Features, bool Right)[] answers)
    {
        if (answers.Length < FewestAnswers)
        {
            return new EngineFault(EngineFaultKind.InvalidRequest, $"{answers.Length} answers are too few to calibrate with; give at least {FewestAnswers} questions.");
        }

        var right = answers.Count(static answer => answer.Right);
        return right == answers.Length
            ? new EngineFault(EngineFaultKind.Failed, $"All {right} answers are right, so nothing tells right ones from wrong ones; add harder questions.")
            : right == 0
                ? new EngineFault(EngineFaultKind.Failed, $"None of {answers.Length} answers is right, so nothing tells right ones from wrong ones; check the data, or train the model further.")
                : null;
    }

    private static double Error(IEnumerable<(ConfidenceFeatures Features, bool Right)> answers, ConfidenceMap map) =>
        CalibrationError.Expected(answers.Select(answer => (map.Of(answer.Features), answer.Right)));

    private static double CrossValidate((ConfidenceFeatures Features, bool Right)[] answers)
    {
        // Right and wrong ones are dealt out in turn, so that each fold has its share of both.
        var folds = new int[answers.Length];
        var (right, wrong) = (0, 0);
        for (var i = 0; i < answers.Length; i++)
        {
            folds[i] = (answers[i].Right ? right++ : wrong++) % Folds;
        }

        var unseen = new List<(double, bool)>();
        for (var fold = 0; fold < Folds; fold++)
        {
            var map = LogisticFit.Fit([.. answers.Where((_, i) => folds[i] != fold)]);
            unseen.AddRange(answers.Where((_, i) => folds[i] == fold).Select(answer => (map.Of(answer.Features), answer.Right)));
        }

        return CalibrationError.Expected(unseen);
    }
}
