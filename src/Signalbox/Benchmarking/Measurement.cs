using Signalbox.Benchmarking.Scoring;

namespace Signalbox.Benchmarking;

/// <summary>One answer of one model.</summary>
/// <param name="Round">The round; all models are asked the same prompt in it.</param>
/// <param name="Prompt">The prompt's place in its set.</param>
/// <param name="Model">The model's place in the plan.</param>
/// <param name="Reply">What came back.</param>
/// <param name="Score">How good it is.</param>
internal sealed record Measurement(int Round, int Prompt, int Model, ModelReply Reply, AnswerScore Score)
{
    public bool IsGood => Reply.Error is null;
}

/// <summary>What the judge says of two models' answers to one prompt.</summary>
/// <param name="Prompt">The prompt's place in its set.</param>
/// <param name="A">One model.</param>
/// <param name="B">The other.</param>
/// <param name="Preference">1 where A's answer is better in both orders, -1 where B's is, 0 where neither or where the verdict turned with the order.</param>
/// <param name="IsConsistent">Whether the verdict survived the change of order.</param>
internal sealed record Judgement(int Prompt, int A, int B, int Preference, bool IsConsistent);

/// <summary>How far a benchmark is.</summary>
internal readonly record struct BenchmarkProgress(int Calls, int AllCalls, string Doing);
