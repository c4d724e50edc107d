# The roster of evaluators; include() this before llm_layer(evaluators ...).
llm_roster(evaluators EvaluatorEntry evaluator evaluators/evaluator.hpp)
