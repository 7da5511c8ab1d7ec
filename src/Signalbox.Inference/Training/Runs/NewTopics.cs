using Signalbox.Inference.Training.Corpora;
using Signalbox.Inference.Training.Layers;
using Signalbox.Inference.Training.Optimization;

namespace Signalbox.Inference.Training.Runs;

/// <summary>
/// Where the tokens of new topics begin when a model is trained on: with weights that already tell their questions from others (imprinting, Qi, Brown
/// and Lowe 2018). A token that is named seldom would take long to come there step by step.
/// </summary>
internal static class NewTopics
{
    private const int MostExamples = 16;

    /// <summary>
    /// Each new token is the mean of the known topics' tokens, moved by what sets the model's last states before it apart from those before all topics,
    /// as far as known tokens lie from their mean.
    /// </summary>
    /// <param name="trainer">Changed.</param>
    /// <param name="plan">Its corpus has examples of all topics.</param>
    /// <param name="known">Tokens that the model had; nothing happens where it had all, or no topic.</param>
    public static void Begin(Trainer trainer, TrainingPlan plan, int known)
    {
        var first = plan.Layout.Assistant + 1;
        if (known <= first || known >= plan.Shape.VocabularySize)
        {
            return;
        }

        var columns = plan.Shape.EmbeddingLength;
        var embedding = trainer.Parameters.All.First(static parameter => parameter.Name == ModelParameters.Embedding);
        var rows = Enumerable.Range(first, known - first).Select(token => embedding.ValueSpan.Slice(token * columns, columns).ToArray()).ToList();
        var centre = Mean(rows, columns);
        var distance = rows.Average(row => Length(Minus(row, centre)));
        var states = States(trainer.Model, plan, columns);
        var middle = Mean([.. states.Values], columns);
        foreach (var (token, state) in states.Where(each => each.Key >= known))
        {
            var apart = Minus(state, middle);
            var scale = distance / Math.Max(Length(apart), 1e-6f);
            var target = embedding.ValueSpan.Slice(token * columns, columns);
            for (var i = 0; i < columns; i++)
            {
                target[i] = centre[i] + scale * apart[i];
            }
        }
    }

    /// <summary>The mean state where each topic's token is to be named, by the token.</summary>
    private static Dictionary<int, float[]> States(TrainedTransformer model, TrainingPlan plan, int columns)
    {
        var sequences = new SequenceBuilder(plan.Vocabulary, new LabelWeights(0, 1, 0), plan.Shape.ContextLength);
        var examples = plan.Training.Where(static example => example.Topic is not null).GroupBy(static example => example.Topic!).SelectMany(static topic => topic.Take(MostExamples));
        var found = new Dictionary<int, List<float[]>>();
        foreach (var batch in BatchBuilder.Pack(examples.Select(sequences.Build), plan.Config.Learning.BatchTokens))
        {
            int[] rows = [.. Enumerable.Range(0, batch.Targets.Length).Where(i => batch.Targets[i] != PackedBatch.NoTarget)];
            var states = new float[rows.Length * columns];
            model.States(batch, rows, states);
            for (var i = 0; i < rows.Length; i++)
            {
                var token = batch.Targets[rows[i]];
                found.TryAdd(token, []);
                found[token].Add(states[(i * columns)..((i + 1) * columns)]);
            }
        }

        return found.ToDictionary(static each => each.Key, each => Mean(each.Value, columns));
    }

    private static float[] Mean(IReadOnlyList<float[]> rows, int columns) =>
        [.. Enumerable.Range(0, columns).Select(i => rows.Average(row => row[i]))];

    private static float[] Minus(float[] a, float[] b) => [.. a.Select((value, i) => value - b[i])];

    private static float Length(float[] row) => MathF.Sqrt(row.Sum(static value => value * value));
}
