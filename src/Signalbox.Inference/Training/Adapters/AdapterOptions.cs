namespace Signalbox.Inference.Training.Adapters;

/// <summary>In what 4 bits the base's matrices are held.</summary>
internal enum FrozenKind
{
    /// <summary>4-bit NormalFloat with double quantization.</summary>
    Nf4,

    /// <summary>ggml's Q4_0; a tensor that the file has in it stays as it is.</summary>
    Q4_0,
}

/// <summary>Which matrices get an adapter.</summary>
internal enum AdapterTargets
{
    All,
    Attention,
    FeedForward,
}

/// <summary>The adapters of a run.</summary>
/// <param name="Rank">Values between A and B; 8.</param>
/// <param name="Alpha">What B (A x) is multiplied with, times the rank; 16.</param>
/// <param name="Targets">All.</param>
internal sealed record AdapterShape(int Rank, float Alpha, AdapterTargets Targets)
{
    private static readonly string[] Attention = ["attn_q", "attn_k", "attn_v", "attn_output"];
    private static readonly string[] FeedForward = ["ffn_gate", "ffn_up", "ffn_down"];

    public float Scale => Alpha / Rank;

    /// <summary>The names of the adapted matrices of a layer, without their layer.</summary>
    public IReadOnlyList<string> Parts => Targets switch
    {
        AdapterTargets.Attention => Attention,
        AdapterTargets.FeedForward => FeedForward,
        _ => [.. Attention, .. FeedForward],
    };
}
