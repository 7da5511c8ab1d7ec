namespace Signalbox.Inference.Transformer;

/// <summary>Cosines and sines of the tokens of a pass, laid out as <see cref="Kernels.Attention.Rope"/> wants them.</summary>
internal sealed unsafe class RopeAngles : IDisposable
{
    private readonly RopeConfig _config;
    private readonly NativeBuffer _cosines;
    private readonly NativeBuffer _sines;
    private readonly float _step;
    private readonly float _lowest;
    private readonly float _highest;

    public RopeAngles(RopeConfig config, int tokens)
    {
        _config = config;
        _cosines = NativeBuffer.OfFloats(tokens, config.Dimensions);
        _sines = NativeBuffer.OfFloats(tokens, config.Dimensions);
        _step = MathF.Pow(config.FrequencyBase, -2f / config.Dimensions);
        _lowest = MathF.Max(0, MathF.Floor(PairOf(RopeConfig.BetaFast)));
        _highest = MathF.Min(config.Dimensions - 1, MathF.Ceiling(PairOf(RopeConfig.BetaSlow)));
    }

    /// <summary>[T, Dimensions].</summary>
    public float* Cosines => _cosines.Floats;

    /// <summary>[T, Dimensions].</summary>
    public float* Sines => _sines.Floats;

    /// <summary>Computes one token's. Angles are multiplied up in single precision, as in the engine that answers are compared with.</summary>
    /// <param name="token">Its row.</param>
    /// <param name="position">Its position.</param>
    /// <param name="factors">What each pair's angle is divided by, or null.</param>
    public void Compute(int token, int position, float* factors)
    {
        var cosines = Cosines + (long)token * _config.Dimensions;
        var sines = Sines + (long)token * _config.Dimensions;
        float angle = position;
        for (var pair = 0; pair < _config.Dimensions / 2; pair++, angle *= _step)
        {
            var turned = Scaled(factors == null ? angle : angle / factors[pair], pair);
            var cosine = MathF.Cos(turned) * _config.Magnitude;
            var sine = MathF.Sin(turned) * _config.Magnitude;
            if (_config.SplitHalves)
            {
                cosines[pair] = cosine;
                sines[pair] = sine;
            }
            else
            {
                cosines[2 * pair] = cosine;
                cosines[2 * pair + 1] = cosine;
                sines[2 * pair] = -sine;
                sines[2 * pair + 1] = sine;
            }
        }
    }

    public void Dispose()
    {
        _cosines.Dispose();
        _sines.Dispose();
    }

    /// <summary>Linear scaling, or between it and none by the pair's frequency (YaRN, arXiv:2309.00071, section 3.2).</summary>
    private float Scaled(float angle, int pair)
    {
        var scaled = _config.FrequencyScale * angle;
        if (!_config.Yarn)
        {
            return scaled;
        }

        var ramp = 1 - MathF.Min(1, MathF.Max(0, (pair - _lowest) / MathF.Max(0.001f, _highest - _lowest)));
        return scaled * (1 - ramp) + angle * ramp;
    }

    /// <summary>The pair that turns this often within the original context.</summary>
    private float PairOf(float turns) =>
        _config.Dimensions * MathF.Log(_config.OriginalContextLength / (turns * 2 * MathF.PI)) / (2 * MathF.Log(_config.FrequencyBase));
}
